import { deedAbi } from '@deed/agreement'
import { requirementsUnmet } from '@deed/agreement/language'
import { type Account, type Address, encodeFunctionData, getAddress, isAddressEqual } from 'viem'
import { command } from '../../command.ts'
import { CommandError, EXIT, usageError } from '../../fault.ts'
import { flag, url } from '../../options.ts'
import { refusalIn, refused } from '../../perform/refusal.ts'
import { register } from '../../perform/remote-stage.ts'
import { type Chain, DEV_CHAIN_ID, headTime, send, shownTime } from '../../perform/stage.ts'
import { connect, faultOf, nextTime } from '../../signing/connect.ts'
import { type Deployment, readDeployment, writeDeployment } from '../../signing/deployment.ts'
import { type Draft, readDraft } from '../../signing/draft.ts'
import { create2, hasCode } from '../../signing/factory.ts'
import { accountOf, KEY_OPTIONS } from '../../signing/keys.ts'
import { readSignatures } from '../../signing/signature-file.ts'
import { type Agreed, agreedOf } from '../../signing/terms-file.ts'
import { bringTestMoney, GIFT, testMoneyAddress } from '../../signing/test-money.ts'
import { addressOf, creationOf, saltOf } from '../../signing/typed-data.ts'
import { askWallet, signersOf, type Valid, verify } from '../../signing/verify.ts'

export const deploy = command({
  name: 'agreement deploy',
  usage: 'DEED --rpc URL [--keystore FILE | --dev] [--check]',
  about: [
    'Deploys a deed when all have signed, and brings the signatures, with the last of which it begins. It refuses before',
    'anything is sent unless every party’s signature in signatures/ holds for this text, code, terms, chain and address,',
    'and now. Stopped half-way it goes on where it was. Any account may pay for the gas.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    rpc: url('URL', 'the chain; its id must be that in terms.json'),
    ...KEY_OPTIONS,
    check: flag('only say whether it could be deployed now'),
    json: flag('print one JSON object'),
  },
  examples: [
    ['deed agreement deploy my-lease --rpc http://127.0.0.1:8545', 'on a development chain'],
    ['deed agreement deploy my-lease --rpc https://… --keystore payer.json', 'on any other'],
    ['deed agreement deploy my-lease --rpc http://127.0.0.1:8545 --check', 'whether all have signed'],
  ],
  run: async (options, [shown], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const agreed = await agreedOf(draft)
    if (options.rpc === undefined)
      throw usageError('DEED_USAGE', `Say which chain: deed agreement deploy ${shown} --rpc URL`)
    const chain = await connect(options.rpc, agreed.chain)
    try {
      const plan = await prepare(chain, draft, agreed)
      if (!plan.ready) {
        for (const { code, message } of plan.faults)
          terminal.err(terminal.style('red', `${code}: ${message}`))
        return EXIT.failed
      }
      const address = addressOf(draft, agreed)
      if (options.check) {
        if (options.json)
          terminal.out(JSON.stringify({ ready: true, contract: address, chain: agreed.chain }))
        else terminal.out(`All have signed, and each signature holds: it can be deployed to ${address}.`)
        return EXIT.ok
      }
      const isDev = agreed.chain === DEV_CHAIN_ID && options.keystore === undefined
      const payer = await accountOf({ ...options, dev: isDev }, agreed.chain, terminal, undefined)
      if (!payer)
        throw usageError('DEED_NO_KEY', 'Say who pays for the gas: --keystore FILE. It need not be a party.')
      const say = (line: string) => options.json || terminal.out(line)
      await payMoney(chain, draft, agreed, payer, say)
      const deployment = await create(chain, draft, agreed, payer, say)
      await writeDeployment(draft, deployment)
      await bring(chain, draft, deployment.contract, payer, plan.valid, say)
      await register(options.rpc, draft).catch(() => {
        // A page that cannot show the words changes nothing for the deed; a plain node has none.
      })
      if (options.json) terminal.out(JSON.stringify({ ...deployment, begun: true }))
      else
        terminal.out(
          `The deed has begun. Who must act by when: deed agreement status ${shown} --rpc ${options.rpc}`,
        )
      return EXIT.ok
    } catch (error) {
      throw faultOf(error, options.rpc) ?? error
    }
  },
})

type Plan =
  | { readonly ready: true; readonly valid: readonly Valid[] }
  | { readonly ready: false; readonly faults: readonly { readonly code: string; readonly message: string }[] }

/** Everything that can be known before a transaction is sent. */
const prepare = async (chain: Chain, draft: Draft, agreed: Agreed): Promise<Plan> => {
  const clock = await nextTime(chain)
  const address = addressOf(draft, agreed)
  const signed = (await hasCode(chain, address)) ? await signedAlready(chain, draft, agreed, address) : []
  const { valid, faults } = await verify(
    draft,
    agreed,
    await readSignatures(draft),
    clock,
    askWallet(chain.client),
  )
  // Whose signature the deed has already needs no file any more.
  const open = faults.filter(({ party }) => !signed.includes(party))
  if (open.length > 0) return { ready: false, faults: open }
  const begun = signed.length === signersOf(draft, agreed).length
  const unmet = begun ? [] : requirementsUnmet(draft.model, agreed.filling, clock)
  if (unmet.length > 0) {
    const message = `At ${shownTime(clock)} the deed cannot begin: "${unmet.join(' ')}" Agree on other terms, and sign those.`
    return { ready: false, faults: [{ code: 'DEED_SIGNING_REQUIRES', message }] }
  }
  return { ready: true, valid: valid.filter(({ party }) => !signed.includes(party)) }
}

const signedAlready = async (
  { client }: Chain,
  draft: Draft,
  agreed: Agreed,
  address: Address,
): Promise<string[]> => {
  const signers = signersOf(draft, agreed)
  const times = await Promise.all(
    signers.map(({ account }) =>
      client.readContract({ abi: deedAbi, address, functionName: 'signedAt', args: [account] }),
    ),
  )
  return signers.filter((_, i) => times[i]! > 0n).map(({ party }) => party)
}

const payMoney = async (
  chain: Chain,
  draft: Draft,
  agreed: Agreed,
  payer: Account,
  say: (line: string) => unknown,
): Promise<void> => {
  if (agreed.chain !== DEV_CHAIN_ID) return
  const owners = draft.outline.parties.map(({ name }) => agreed.filling[name] as Address)
  for (const token of draft.outline.tokens) {
    const address = agreed.filling[token.name]
    if (typeof address !== 'string' || !isAddressEqual(address, await testMoneyAddress(token))) continue
    await bringTestMoney(chain, payer, token, owners)
    say(
      `${token.name} is test money at ${getAddress(address)}, of which each party was given ${GIFT.toLocaleString('en')}`,
    )
  }
}

const create = async (
  chain: Chain,
  draft: Draft,
  agreed: Agreed,
  payer: Account,
  say: (line: string) => unknown,
): Promise<Deployment> => {
  const contract = addressOf(draft, agreed)
  const base = { chain: agreed.chain, contract, text: draft.outline.text }
  const creation = creationOf(draft, agreed)
  if (await hasCode(chain, contract)) {
    say(`${draft.outline.title} is at ${contract} already`)
    const known = await readDeployment(draft, contract)
    // Somebody else has deployed it: the same code, to the same address.
    return known ?? { ...base, block: Number(await chain.client.getBlockNumber()), transaction: null }
  }
  // The proxy says not why a contract cannot be created; the same code without it does.
  await chain.client.call({ account: payer.address, data: creation }).catch((error) => {
    const refusal = refusalIn(error, draft.abi)
    throw refusal ? refused('The deployment of the deed', refusal) : error
  })
  const receipt = await create2(chain, payer, saltOf(agreed), creation)
  if (!(await hasCode(chain, contract))) {
    throw new CommandError(
      'DEED_NOT_DEPLOYED',
      `The transaction ${receipt.transactionHash} created nothing at ${contract}. Deploy again, with more gas or another account.`,
    )
  }
  const block = Number(receipt.blockNumber)
  say(`${draft.outline.title} is at ${contract}, since block ${block}`)
  return { ...base, block, transaction: receipt.transactionHash }
}

/** @throws unless the deed has begun with the last of them. */
const bring = async (
  chain: Chain,
  draft: Draft,
  contract: Address,
  payer: Account,
  valid: readonly Valid[],
  say: (line: string) => unknown,
): Promise<void> => {
  for (const { party, account, before, signature } of valid) {
    const data = encodeFunctionData({
      abi: deedAbi,
      functionName: 'sign',
      args: [account, before, signature],
    })
    const receipt = await send(chain, { from: payer, to: contract, data }).catch(async (error) => {
      const refusal = refusalIn(error, draft.abi)
      throw refusal ? refused(`The signature of ${party}`, refusal, await headTime(chain)) : error
    })
    say(`${party} has signed, in block ${receipt.blockNumber}`)
  }
  if (await chain.client.readContract({ abi: deedAbi, address: contract, functionName: 'begun' })) return
  throw new CommandError(
    'DEED_NOT_BEGUN',
    `The deed at ${contract} has not begun: a signature was not taken by the chain. Deploy again, which brings what is missing: deed agreement deploy ${draft.shown} --rpc URL`,
  )
}
