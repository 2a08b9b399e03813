/** What happens around a deed in a scenario: a price feed answers something else, a role gets a new holder. */
import { encodeFunctionData, erc721Abi, parseAbi } from 'viem'
import { CommandError } from '../fault.ts'
import { parseMoney } from './money.ts'
import type { Play } from './play.ts'
import { refusalIn, refused } from './refusal.ts'
import type { Turn } from './script.ts'
import { type Stage, send } from './stage.ts'

/** Of `TestFeed`. */
const FEED_DECIMALS = 8

export const takeTurn = async (stage: Stage, play: Play, { step, time }: Turn): Promise<undefined> => {
  const { agreement, cast, deed, tokens } = play
  const { outline } = agreement
  if ('feed' in step) {
    const written = parseMoney(step.answer, (token) =>
      outline.tokens.some(({ name }) => name === token) ? FEED_DECIMALS : undefined,
    )
    if (!written) {
      throw new CommandError(
        'DEED_BAD_VALUE',
        `${step.feed} cannot answer "${step.answer}". Write it "2,500 USDC": what one unit is worth, with ${FEED_DECIMALS} decimals at most.`,
      )
    }
    const data = encodeFunctionData({
      abi: parseAbi(['function set(int256 answer)']),
      functionName: 'set',
      args: [written.amount],
    })
    await send(stage, {
      from: cast.house,
      to: tokens.get(step.feed)!,
      data,
      at: time,
      gasLimit: TURN_GAS_LIMIT,
    })
    return
  }
  const [from, to] = [cast.accounts.get(step.by)!, cast.accounts.get(step.to)!]
  const role = BigInt(outline.parties.find(({ name }) => name === step.role)!.transferable!)
  const data = encodeFunctionData({
    abi: erc721Abi,
    functionName: 'transferFrom',
    args: [from.address, to.address, role],
  })
  await send(stage, { from, to: deed, data, at: time }).catch((error) => {
    const refusal = refusalIn(error, agreement.abi)
    throw refusal ? refused(`The transfer of the role ${step.role}`, refusal, time) : error
  })
}

const TURN_GAS_LIMIT = 200_000n
