/** A deed on a chain beside the same deed as its words mean it, with people, money and feeds around both. */
import { type Address, createAddress, hexToBytes, keccak256, privateKeyToAddress, signHash } from '@deed/evm'
import { type Agreed, isRefused, type State } from '../src/meaning/state.ts'
import { create } from '../src/meaning/steps.ts'
import type { Model } from '../src/model/model.ts'
import { CHAIN_ID, type Chain, type Ledger, newChain, newLedger, run } from './chain.ts'
import { addressWord, callOf, concat, encode, shownError, word, wordAt } from './codec.ts'
import type { Subject } from './subject.ts'

interface Person {
  readonly name: string
  readonly key: Uint8Array
  readonly address: Address
}

/** Everything around deeds of one agreement. All of them lie at one address, each on a ledger of its own. */
export interface House {
  readonly subject: Subject
  readonly chain: Chain
  /** Parties in the order of the text, then strangers. */
  readonly people: readonly Person[]
  readonly tokens: readonly Address[]
  readonly feeds: readonly Address[]
  readonly deed: Address
  /** Tokens are there, with money in wallets and approvals for the deed. */
  readonly ledger: Ledger
  readonly wallets: Readonly<Record<string, readonly bigint[]>>
  /** Names of addresses in events and errors. */
  readonly shown: (address: string) => string
}

/** What a feed answers, and since when. */
interface Answer {
  readonly answer: bigint
  readonly updatedAt: number
}

/** A deed at some moment, on both sides. */
export interface Position {
  readonly ledger: Ledger
  readonly state: State
  readonly clock: number
  readonly answers: readonly Answer[]
}

export interface Setting {
  readonly house: House
  readonly agreed: Agreed
  /** By person: a signature over these terms that never expires. */
  readonly signatures: readonly Uint8Array[]
  readonly start: Position
}

export const OWNER: Address = '0x00000000000000000000000000000000000c0de5'
const STRANGERS = ['Anyone', 'Somebody']
/** More than any deed may hold, and less than a wallet of 128 bits. */
const MUCH = 1n << 124n
const LITTLE = 250_000_000n
/** The feed's own; see TestFeed. */
export const FEED_DECIMALS = 8
/** Before any deed is signed. */
const SETUP_TIME = Date.UTC(2026, 0, 1) / 1000
export const NEVER_EXPIRES = (1n << 48n) - 1n

export const openHouse = (subject: Subject): House => {
  const { model, props } = subject
  const names = [...model.parties.map(({ name }) => name), ...STRANGERS]
  const people = names.map((name, i): Person => {
    const key = keccak256(new TextEncoder().encode(`deed validation ${i}`))
    return { name, key, address: privateKeyToAddress(key) }
  })
  const chain = newChain()
  let ledger = newLedger([OWNER, ...people.map(({ address }) => address)])
  let nonce = 1n
  const address = () => createAddress(OWNER, nonce++)
  const deed = address()
  const must = (call: Parameters<typeof run>[2]): void => {
    const result = run(chain, ledger, call)
    if (!result.ok) throw new Error('the setting of a validation was refused')
    ledger = result.ledger
  }
  const deploy = (creation: Uint8Array, args: Uint8Array): Address => {
    const created = address()
    must({ from: OWNER, created, data: concat([creation, args]), time: SETUP_TIME })
    return created
  }
  const symbol = new TextEncoder().encode('T')
  const wallets: Record<string, bigint[]> = Object.fromEntries(
    people.map((person) => [person.address, model.tokens.map(() => 0n)]),
  )
  const tokens = model.tokens.map(({ kind, decimals }, token): Address => {
    if (kind === 'native') {
      for (const person of people) wallets[person.address]![token] = MUCH
      return '0x0000000000000000000000000000000000000000'
    }
    const isTitle = kind === 'unique'
    const { creation, codec } = isTitle ? props.TestTitle : props.TestToken
    const owner = addressWord(OWNER)
    const own = deploy(creation, encode(isTitle ? [owner, symbol] : [owner, symbol, BigInt(decimals)]))
    const deliverer = delivererOf(model, token)
    people.forEach((person, i) => {
      // One of the strangers has little, so that payments fail.
      const amount = isTitle ? (i === deliverer ? 1n : 0n) : i === people.length - 1 ? LITTLE : MUCH
      wallets[person.address]![token] = amount
      const mint = isTitle ? [addressWord(person.address)] : [addressWord(person.address), amount]
      if (amount > 0n) must({ from: OWNER, to: own, data: callOf(codec, 'mint', mint), time: SETUP_TIME })
      const all = isTitle
        ? callOf(codec, 'setApprovalForAll', [addressWord(deed), 1n])
        : callOf(codec, 'approve', [addressWord(deed), (1n << 256n) - 1n])
      must({ from: person.address, to: own, data: all, time: SETUP_TIME })
    })
    return own
  })
  const feeds = model.feeds.map(() => deploy(props.TestFeed.creation, encode([addressWord(OWNER)])))
  const named = new Map([
    ...model.tokens.map(({ name }, i) => [tokens[i]!, name] as const),
    ...model.feeds.map(({ name }, i) => [feeds[i]!, name] as const),
  ])
  const shown = (of: string) => named.get(of as Address) ?? of
  return { subject, chain, people, tokens, feeds, deed, ledger, wallets, shown }
}

const delivererOf = ({ clauses }: Model, token: number): number => {
  for (const { timer } of clauses)
    if (timer?.kind === 'wait')
      for (const { act, actors } of timer.routes)
        if (act.kind === 'deliver' && act.token === token) return actors[0]!
  return -1
}

/** @returns the setting, or how the two sides differ about whether these terms can be agreed on. */
export const settle = (
  house: House,
  values: Readonly<Record<number, bigint>>,
): Setting | { readonly refused: string } | { readonly difference: string } => {
  const { subject, chain, people, deed, tokens, feeds } = house
  const { model, contract, outline } = subject
  const agreed: Agreed = { parties: model.parties.map((_, i) => people[i]!.address), values }
  const made = create(model, agreed, house.wallets)
  const words = model.blanks.map(({ kind, index }) => {
    if (kind === 'party') return addressWord(agreed.parties[index]! as Address)
    if (kind === 'token') return addressWord(tokens[index]!)
    if (kind === 'token id') return 1n
    return kind === 'feed' ? addressWord(feeds[index]!) : values[index]!
  })
  const data = concat([contract.creation, hexToBytes(outline.text), ...words.map(word)])
  const deployed = run(chain, house.ledger, { from: OWNER, created: deed, data, time: SETUP_TIME })
  const expected = isRefused(made) ? made.refused : 'done'
  const found = deployed.ok ? 'done' : shownError(contract.codec, deployed.output, house.shown)
  if (expected !== found)
    return { difference: `the words say ${expected} to these terms, and the contract ${found}` }
  if (isRefused(made)) return { refused: expected }
  const { ledger } = deployed
  return {
    house,
    agreed,
    signatures: signaturesOf(house, ledger, words),
    start: {
      ledger,
      state: made.state,
      clock: SETUP_TIME,
      answers: model.feeds.map(() => ({ answer: 0n, updatedAt: 0 })),
    },
  }
}

/** EIP-712: every agreed value is a named field of what is signed. */
const signaturesOf = (
  { subject, chain, people, deed }: House,
  ledger: Ledger,
  words: readonly bigint[],
): Uint8Array[] => {
  const { contract, outline } = subject
  const { codec } = contract
  const hash = (...parts: readonly Uint8Array[]) => keccak256(concat(parts))
  const type = (text: string) => keccak256(new TextEncoder().encode(text))
  const domain = run(chain, ledger, {
    from: OWNER,
    to: deed,
    data: callOf(codec, 'eip712Domain'),
    time: SETUP_TIME,
  }).output
  const at = Number(wordAt(domain, 1)) / 32
  const name = domain.subarray((at + 1) * 32, (at + 1) * 32 + Number(wordAt(domain, at)))
  const separator = hash(
    type('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
    keccak256(name),
    type('1'),
    word(CHAIN_ID),
    word(addressWord(deed)),
  )
  const terms = `Terms(${codec.terms.map((field) => `${field.type} ${field.name}`).join(',')})`
  const agreed = hash(type(terms), ...words.map(word))
  const signed = type(`Signature(bytes32 text,Terms terms,address party,uint256 before)${terms}`)
  return people.map(({ address, key }) => {
    const struct = hash(
      signed,
      hexToBytes(outline.text),
      agreed,
      word(addressWord(address)),
      word(NEVER_EXPIRES),
    )
    const { yParity, r, s } = signHash(hash(Uint8Array.of(0x19, 0x01), separator, struct), key)
    return concat([hexToBytes(r), hexToBytes(s), Uint8Array.of(27 + yParity)])
  })
}
