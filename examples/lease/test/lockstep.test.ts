/**
 * The contract against the meaning of the words (`model.ts`), step by step: whatever anybody does and whenever, both
 * accept it or refuse it for the same reason, and are in the same state after it. So is whoever reads the events alone.
 *
 * `DEED_LEASE_RUNS` says how many leases are lived through (default 60), `DEED_LEASE_SEED` which (default 1).
 */
import { type DeedEvent, deedAbi } from '@deed/agreement'
import fc from 'fast-check'
import { type Hex, hexToBigInt, hexToString, type Log, maxUint256, parseEventLogs, trim } from 'viem'
import { beforeAll, expect, test } from 'vitest'
import {
  act,
  type Outcome as Called,
  type Contract,
  openWorld,
  revert,
  seconds,
  snapshot,
  type World,
} from '../../../contracts/test/world.ts'
import {
  arbiter,
  compileLease,
  deployLease,
  deployToken,
  done,
  getter,
  type Lease,
  landlord,
  owned,
  sign as signLease,
  tenant,
  WALLET,
} from './lease.ts'
import {
  accounts,
  functions,
  lives,
  type Move,
  moveOfStep,
  moveOfWord,
  parties,
  people,
  withdrawal,
  YEARS,
} from './lives.ts'
import { newState, type Outcome, pending, perform, type State, sign } from './model.ts'

const RUNS = Number(process.env.DEED_LEASE_RUNS ?? 60)
const SEED = Number(process.env.DEED_LEASE_SEED ?? 1)
const DAY = 86_400
const NEVER = 2 ** 40 - 1

/** A lease that is lived through, as each side knows it. */
interface Life {
  readonly lease: Lease
  state: State
  /** The same if no keeper ever called. */
  unkept: State
  /** What the events told. */
  readonly told: Cells
  /** What happened, for whoever has to find out why the sides differ. */
  readonly story: string[]
}

/** What a deed keeps, under the names that the words give it. */
interface Cells {
  begun: boolean
  ended: boolean
  open: Record<number, number>
  security: bigint
  arrears: bigint
  damage: bigint
  award: bigint
  'leave-day': bigint
  Landlord: bigint
  Tenant: bigint
}

interface Pending {
  readonly clause: number
  readonly due: number
  readonly acts: readonly number[]
}

let world: World
let artifacts: Awaited<ReturnType<typeof compileLease>>
let token: Contract
let fresh: Hex
const met = new Set<string>()

beforeAll(async () => {
  artifacts = await compileLease()
  world = await openWorld(seconds('2026-11-01'))
  token = await deployToken(world, artifacts)
  fresh = await snapshot(world)
})

test('contract, words and events agree, whatever happens', async () => {
  const property = fc.asyncProperty(lives, async ({ start, rent, signed, story, hasty, steps }) => {
    const life = await begin(start, rent)
    let at = start * DAY - signed
    await both(
      life,
      at - 1,
      sign(life.state, 'Landlord', at - 1),
      signLease(life.lease, landlord, {}, at - 1),
    )
    await both(life, at, sign(life.state, 'Tenant', at), signLease(life.lease, tenant, {}, at))
    life.unkept = life.state

    for (const word of life.state.begun ? story : []) {
      if (word.startsWith('+')) at += Number(word) * DAY
      else
        for (const first of hasty ? [true, false] : [false])
          at = await move(life, moveOfWord(life.state, at, word, first))
    }
    let after = 0
    for (const step of steps) {
      if (life.state.ended && after++ > 2) break
      at = await move(life, moveOfStep(life.state, at, step, token.address))
    }

    // After years of silence one call a party frees everything.
    at += YEARS
    for (const party of parties) at = await move(life, withdrawal(at + 1, 'Stranger', party, token.address))
    expect(life.state.ended).toBe(life.state.begun)
    expect(life.unkept).toEqual(life.state)
    expect(await owned(life.lease, life.lease.deed.address)).toBe(0n)
    for (const who of people)
      expect(await owned(life.lease, accounts[who].address)).toBe(life.state.wallets[who])
  })
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true })
  // Otherwise the lives were too short to say anything.
  expect(Object.values(functions).filter((fn) => !met.has(`${fn} done`))).toEqual([])
}, 3_600_000)

const begin = async (start: number, rent: bigint): Promise<Life> => {
  await revert(world, fresh)
  fresh = await snapshot(world)
  const lease = await deployLease(world, artifacts, token, { rent, start })
  for (const who of [landlord, arbiter])
    await done(act(world, token, who, 'approve', [lease.deed.address, maxUint256]))
  const wallets = { Landlord: 0n, Tenant: WALLET, Arbiter: 0n, Stranger: WALLET }
  const state = newState({ rent, start }, wallets)
  return { lease, state, unkept: state, told: cellsOf(state), story: [`rent ${rent}, start ${start}`] }
}

/** @returns its time */
const move = async (life: Life, { at, who, fn, args, means }: Move): Promise<number> => {
  const { lease, story } = life
  const expected = means(life.state)
  const when = new Date(at * 1000).toISOString()
  story.push(`${when} ${who}: ${fn}(${fn === 'withdraw' ? '' : (args[0] ?? '')}) ${expected.result}`)
  met.add(`${fn} ${expected.result}`)
  try {
    if (fn !== 'perform') {
      const unkept = means(life.unkept)
      expect(unkept.result).toBe(expected.result)
      life.unkept = unkept.state
    }
    await both(life, at, expected, act(world, lease.deed, accounts[who], fn, [...args], at))
  } catch (cause) {
    throw new Error(`After\n${story.join('\n')}\n${(cause as Error).message}`, { cause })
  }
  return at
}

/** Words and contract take the same step and come to the same. */
const both = async (life: Life, at: number, expected: Outcome, called: Promise<Called>): Promise<void> => {
  const { lease } = life
  const { result, receipt } = await called
  expect(withoutAddresses(result)).toBe(expected.result)
  // A reverted transaction has left nothing behind.
  if (result !== 'done') return
  life.state = expected.state
  const now = await getter<readonly Pending[]>(lease, 'pending')
  expect(now).toEqual(pending(life.state, at))
  const cells = cellsOf(life.state)
  expect(await cellsOnChain(lease, now)).toEqual(cells)
  takeIn(life.told, receipt.logs)
  expect(life.told).toEqual(cells)

  const [next] = now.toSorted((a, b) => a.due - b.due)
  expect(await getter(lease, 'due')).toEqual(next ? [next.due <= at ? next.clause : 0, next.due] : [0, NEVER])
  // The second before the next timer, its own, and the one after it.
  const later = Math.max((next?.due ?? at) + (receipt.logs.length % 3) - 1, at)
  const then = perform(life.state, 1_000, later).state
  expect(await getter(lease, 'preview', [later])).toEqual(pending(then, later))
}

/** The words know no addresses. */
const withoutAddresses = (result: string): string =>
  result.replace(/^(NotSigned|BadSignature|NotYourAct|BehindSchedule|NothingDue|ERC20\w+)\(.*/, '$1')

// ---- the state as each side has it -----------------------------------------------------------------------------

const cellsOf = ({ begun, ended, open, security, arrears, damage, award, leaveDay, free }: State): Cells => ({
  ...{ begun, ended, open: { ...open }, security, arrears, damage, award },
  ...{ 'leave-day': BigInt(leaveDay), ...free },
})

const cellsOnChain = async (lease: Lease, list: readonly Pending[]): Promise<Cells> => {
  const names = ['begun', 'ended', 'security', 'arrears', 'damage', 'award', 'leaveDay']
  const [begun, ended, security, arrears, damage, award, leaveDay] = (await Promise.all(
    names.map((name) => getter(lease, name)),
  )) as [boolean, boolean, bigint, bigint, bigint, bigint, number]
  const free = (who: 'Landlord' | 'Tenant') =>
    getter(lease, 'balanceOf', [accounts[who].address, token.address])
  return {
    ...{ begun, ended, open: Object.fromEntries(list.map(({ clause, due }) => [clause, due])) },
    ...{ security, arrears, damage, award, 'leave-day': BigInt(leaveDay) },
    ...{ Landlord: await free('Landlord'), Tenant: await free('Tenant') },
  }
}

/** Takes in the events of a step, by the interface of all deeds alone. */
const takeIn = (cells: Cells, logs: Log[]): void => {
  for (const { eventName, args } of parseEventLogs({ abi: deedAbi, logs }) as unknown as DeedEvent[]) {
    const party = args.party === landlord.address ? 'Landlord' : 'Tenant'
    if (eventName === 'Begun') cells.begun = true
    if (eventName === 'Opened' && args.due !== 0) cells.open[args.clause as number] = args.due as number
    if (eventName === 'Closed') delete cells.open[args.clause as number]
    if (eventName === 'Stated') {
      const field = hexToString(trim(args.field as Hex, { dir: 'right' }))
      if (field !== 'report') cells[field as 'security'] = hexToBigInt(args.value as Hex)
    }
    if (eventName === 'Credited') cells[party] += args.amount as bigint
    if (eventName === 'Withdrawn') cells[party] -= args.amount as bigint
    if (eventName === 'Ended') [cells.ended, cells.open] = [true, {}]
  }
}
