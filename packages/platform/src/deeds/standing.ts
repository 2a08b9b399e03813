/** How a deed stands, asked of the deed itself: the part of `IDeed` that index and keeper need. */
import { deedAbi } from '@deed/agreement'
import { BaseError, type Hex } from 'viem'
import { type Chain, isAway } from '../chain/client.ts'

export interface Standing {
  readonly text: Hex
  /** Those that sign. */
  readonly parties: readonly Hex[]
  readonly begun: boolean
  readonly ended: boolean
  /** When the next timer runs, in seconds; null if none does. */
  readonly due: number | null
  readonly credits: readonly { party: Hex; token: Hex; amount: bigint }[]
}

/** `due` of a deed without timers: `type(uint40).max`. */
const NEVER = 2 ** 40 - 1

/**
 * @param accounts pairs of party and token of which the balance is wanted.
 * @returns undefined when what stands at the address does not answer like a deed.
 */
export const readStanding = async (
  chain: Chain,
  deed: Hex,
  accounts: readonly (readonly [party: Hex, token: Hex])[] = [],
): Promise<Standing | undefined> => {
  const contract = { abi: deedAbi, address: deed } as const
  try {
    const [text, parties, begun, ended, [, time], ...amounts] = await Promise.all([
      chain.readContract({ ...contract, functionName: 'text' }),
      chain.readContract({ ...contract, functionName: 'parties' }),
      chain.readContract({ ...contract, functionName: 'begun' }),
      chain.readContract({ ...contract, functionName: 'ended' }),
      chain.readContract({ ...contract, functionName: 'due' }),
      ...accounts.map((args) => chain.readContract({ ...contract, functionName: 'balanceOf', args })),
    ])
    return {
      text,
      parties: parties.map((party) => party.toLowerCase() as Hex),
      begun,
      ended,
      due: begun && !ended && time < NEVER ? time : null,
      credits: accounts.map(([party, token], i) => ({ party, token, amount: amounts[i]! as bigint })),
    }
  } catch (error) {
    // Reverts and answers that cannot be decoded come from the contract; anything else is the node's affair.
    if (isAway(error) || !(error instanceof BaseError) || !isOfContract(error)) throw error
    return undefined
  }
}

/** The clause whose timer runs at `due`; 0 when the deed cannot be asked. */
export const dueClause = async (chain: Chain, address: Hex, due: number): Promise<number> => {
  try {
    const open = await chain.readContract({ abi: deedAbi, address, functionName: 'pending' })
    return open.find((clause) => clause.due === due)?.clause ?? 0
  } catch {
    return 0
  }
}

const OF_CONTRACT = new Set([
  'ContractFunctionRevertedError',
  'ContractFunctionZeroDataError',
  'AbiDecodingDataSizeTooSmallError',
  'AbiDecodingZeroDataError',
  'PositionOutOfBoundsError',
  'InvalidBytesBooleanError',
  'IntegerOutOfRangeError',
])

const isOfContract = (error: BaseError) =>
  error.walk((cause) => OF_CONTRACT.has((cause as Error).name)) !== null
