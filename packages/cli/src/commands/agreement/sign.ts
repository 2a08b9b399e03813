import { type Address, getAddress, type Hex, isAddressEqual, isHex } from 'viem'
import { command } from '../../command.ts'
import { CommandError, EXIT, usageError } from '../../fault.ts'
import { nearest } from '../../nearest.ts'
import { flag, instant, text, url } from '../../options.ts'
import { shownTime } from '../../perform/stage.ts'
import { askBrowser } from '../../signing/browser.ts'
import { connect, nextTime } from '../../signing/connect.ts'
import { type Draft, readDraft } from '../../signing/draft.ts'
import { accountOf, KEY_OPTIONS } from '../../signing/keys.ts'
import { signatureFile, termsInWords, writeSignature } from '../../signing/signature-file.ts'
import { type Agreed, agreedOf } from '../../signing/terms-file.ts'
import { addressOf, termsValues, typedDataOf } from '../../signing/typed-data.ts'
import { askWallet, signersOf, verify } from '../../signing/verify.ts'
import type { Terminal } from '../../terminal.ts'

const LIFE_SECONDS = 30 * 86_400

export const sign = command({
  name: 'agreement sign',
  usage: 'DEED --as PARTY (--keystore FILE | --dev | --browser | --signature HEX | --typed-data)',
  about: [
    'Signs the text with every agreed value (EIP-712), for one chain and one address, and writes the signature to',
    'signatures/PARTY.json beside the text: a file to mail to the others. Nothing is sent to any chain.',
    '',
    'A party that is a contract wallet (ERC-1271) signs with --wallet and the key that the wallet listens to, or brings',
    'what the wallet made of --typed-data by --signature. With --rpc the wallet is asked at once whether it agrees.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    as: text('PARTY', 'who signs, by the name in the text; else the party of the key’s address'),
    ...KEY_OPTIONS,
    wallet: flag('the party is a contract wallet, and the key speaks for it'),
    browser: flag('let the wallet in a browser sign, on a page of this machine'),
    signature: text('HEX', 'a signature made elsewhere, instead of a key'),
    'typed-data': flag('print what is to be signed (eth_signTypedData_v4), and sign nothing'),
    until: instant('DATE', 'the last instant at which the signature counts; 30 days from now without it'),
    rpc: url('URL', 'ask this chain for its time, and whether a wallet’s signature holds'),
    json: flag('print the signature as one JSON object'),
  },
  examples: [
    ['deed agreement sign my-lease --as Tenant --keystore tenant.json', 'asks for the password'],
    ['deed agreement sign my-lease --as Landlord --dev', 'with the public key of a development account'],
    ['deed agreement sign my-lease --as Tenant --typed-data', 'for a wallet elsewhere'],
    ['deed agreement sign my-lease --as Tenant --wallet --keystore owner.json', 'for a contract wallet'],
  ],
  run: async (options, [shown], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const agreed = await agreedOf(draft)
    const chain = options.rpc ? await connect(options.rpc, agreed.chain) : undefined
    const now = chain ? await nextTime(chain) : Math.floor(Date.now() / 1000)
    const before = BigInt(options.until ?? now + LIFE_SECONDS)
    if (before <= now) {
      throw new CommandError(
        'DEED_DATE_PAST',
        `--until ${shownTime(Number(before))} is over at ${shownTime(now)}. Choose a later instant.`,
      )
    }
    const named = options.as === undefined ? undefined : signerNamed(draft, agreed, options.as)
    const data = (party: Address) =>
      typedDataOf(draft, termsValues(draft, agreed), {
        chain: agreed.chain,
        contract: addressOf(draft, agreed),
        party,
        before,
      })
    if (options['typed-data']) {
      terminal.out(typedDataJson(data((named ?? sayWho()).account)))
      return EXIT.ok
    }
    const { signer, signature } = await signatureBy(draft, agreed, options, named, data, terminal)
    const file = signatureFile(draft, agreed, { ...signer, signer: signer.account, before, signature })
    // Without a chain nobody can ask a wallet; whoever deploys asks it.
    const wallets = chain ? askWallet(chain.client) : async () => (options.wallet ? true : undefined)
    const { faults } = await verify(draft, agreed, [{ file: 'what you gave', content: file }], now, wallets)
    const own = faults.find(({ party }) => party === signer.party)
    if (own) throw new CommandError(own.code, own.message)
    const written = await writeSignature(draft, file)
    if (options.json) terminal.out(JSON.stringify({ ...file, file: written }))
    else print(draft, agreed, signer.party, Number(before), written, terminal)
    return EXIT.ok
  },
})

interface Signer {
  readonly party: string
  readonly account: Address
}

const signerNamed = (draft: Draft, agreed: Agreed, name: string): Signer => {
  const signers = signersOf(draft, agreed)
  const found = signers.find(({ party }) => party === name)
  if (found) return found
  const names = signers.map(({ party }) => party)
  const third = draft.outline.parties.find((party) => party.name === name)
  const near = nearest(name, names)
  throw usageError(
    'DEED_UNKNOWN_PARTY',
    third
      ? `${name} is a third party: it may act, and does not sign. ${names.join(' and ')} sign.`
      : `The deed has no party "${name}". ${near ? `Did you mean "${near}"?` : `${names.join(' and ')} sign.`}`,
  )
}

const sayWho = (): never => {
  throw usageError('DEED_USAGE', 'Say who signs: --as PARTY')
}

const signatureBy = async (
  draft: Draft,
  agreed: Agreed,
  options: {
    readonly signature?: string | undefined
    readonly wallet?: boolean | undefined
    readonly dev?: boolean | undefined
    readonly browser?: boolean | undefined
  } & Parameters<typeof accountOf>[0],
  named: Signer | undefined,
  data: (party: Address) => ReturnType<typeof typedDataOf>,
  terminal: Terminal,
): Promise<{ signer: Signer; signature: Hex }> => {
  if (options.signature !== undefined) {
    const signature = options.signature.toLowerCase()
    if (isHex(signature) && signature.length % 2 === 0)
      return { signer: named ?? sayWho(), signature: options.wallet ? signature : withRecovery(signature) }
    throw usageError('DEED_BAD_OPTION', '--signature must be 0x and pairs of hexadecimal digits.')
  }
  if (options.dev && !named) sayWho()
  if (options.browser) {
    const signer = named ?? sayWho()
    const request = {
      title: draft.outline.title,
      party: signer.party,
      account: getAddress(signer.account),
      rows: rowsOf(draft, agreed, Number(data(signer.account).message.before)),
      typedData: typedDataJson(data(signer.account)),
    }
    const tell = (address: string) => terminal.err(`Open this in the browser that has the wallet: ${address}`)
    return { signer, signature: withRecovery((await askBrowser(request, tell, terminal.stop)) as Hex) }
  }
  const account = await accountOf(
    options,
    agreed.chain,
    terminal,
    options.wallet ? undefined : named?.account,
  )
  if (!account) {
    throw usageError(
      'DEED_NO_KEY',
      `Say with what to sign: --keystore FILE, --browser${agreed.chain === 31337 ? ', --dev' : ''}, or --signature HEX of a wallet that was given --typed-data.`,
    )
  }
  const signers = signersOf(draft, agreed)
  const signer = named ?? signers.find((each) => isAddressEqual(each.account, account.address))
  if (!signer) {
    throw new CommandError(
      'DEED_SIGNATURE_PARTY',
      `The key is that of ${account.address}, and no party of the deed is: ${signers.map((each) => `${each.party} is ${getAddress(each.account)}`).join(', ')}. Say for whom it signs, by --as PARTY --wallet, or use another key.`,
    )
  }
  if (!options.wallet && !isAddressEqual(signer.account, account.address)) {
    throw new CommandError(
      'DEED_SIGNATURE_PARTY',
      `The key is that of ${account.address}, and ${signer.party} is ${getAddress(signer.account)} in terms.json. Use the key of that account; or, if that is a contract wallet which listens to this key, add --wallet.`,
    )
  }
  return { signer, signature: await account.signTypedData(data(signer.account) as never) }
}

/** Some wallets write the recovery bit of a key's signature as 0 or 1, and contracts want 27 or 28. */
const withRecovery = (signature: Hex): Hex =>
  signature.length === 132 && /0[01]$/.test(signature)
    ? `${signature.slice(0, -2) as Hex}${signature.endsWith('0') ? '1b' : '1c'}`
    : signature

/** As wallets take it: whole numbers as decimal strings, and the type of the domain written out (EIP-712). */
const typedDataJson = (data: ReturnType<typeof typedDataOf>): string => {
  const domain = [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ]
  const whole = { ...data, types: { EIP712Domain: domain, ...data.types } }
  return JSON.stringify(whole, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2)
}

/** What is signed, for a person. */
const rowsOf = (draft: Draft, agreed: Agreed, before: number): (readonly [string, string])[] => [
  ...Object.entries(termsInWords(draft, agreed.filling)),
  ['text', draft.outline.text],
  ['chain', String(agreed.chain)],
  ['deed', addressOf(draft, agreed)],
  ['until', shownTime(before)],
]

const print = (
  draft: Draft,
  agreed: Agreed,
  party: string,
  before: number,
  written: string,
  terminal: Terminal,
): void => {
  const rows = rowsOf(draft, agreed, before)
  const width = Math.max(...rows.map(([name]) => name.length))
  terminal.out(`${terminal.style('bold', party)} has signed ${terminal.style('bold', draft.outline.title)}:`)
  for (const [name, value] of rows) terminal.out(`  ${name.padEnd(width)}  ${value}`)
  terminal.out(
    `\nwrote ${draft.shown}/${written}: mail it to the other parties, who put it into signatures/ too.`,
  )
  terminal.out(`When all have signed: deed agreement deploy ${draft.shown} --rpc URL`)
}
