/** A life lived again from its timeline, step by step, by the words and by the contract. */
import { openHouse, settle } from './setting.ts'
import { take } from './step.ts'
import { subjectOf } from './subject.ts'
import { lifeIn, rowOf } from './timeline.ts'
import { relive } from './validate.ts'

interface Told {
  /** Seconds since 1970. */
  readonly time: number
  readonly who: string
  readonly what: string
  /** `done`, or why it was refused. */
  readonly result: string
  readonly events: readonly string[]
}

export interface Replayed {
  readonly steps: readonly Told[]
  /** In what words and contract differ after the last step; undefined if they agree. */
  readonly difference?: string
}

/** @returns undefined if the timeline holds no life. */
export const replay = async (
  name: string,
  text: string,
  timeline: string,
  cacheFolder: string,
): Promise<Replayed | undefined> => {
  const life = lifeIn(timeline)
  if (!life) return undefined
  const house = openHouse(await subjectOf(name, text, cacheFolder))
  const setting = settle(house, life.terms)
  if ('difference' in setting) return { steps: [], difference: setting.difference }
  if ('refused' in setting) return { steps: [], difference: `these terms are refused: ${setting.refused}` }
  const steps: Told[] = []
  let { start: position } = setting
  for (const step of life.steps) {
    const taken = take(setting, position, step)
    const [, who = '', what = ''] = rowOf(house, step)
      .split('|')
      .slice(1)
      .map((cell) => cell.trim())
    steps.push({ time: step.at, who, what, result: taken.result, events: taken.events })
    if (taken.difference !== undefined) return { steps, difference: taken.difference }
    position = taken.position
  }
  const found = relive(house, life)
  return { steps, ...(found && { difference: found.what }) }
}
