/** What stands beside the bullets of a clause that is open: who may act now, and what happens by itself and when. */
import type { Deed } from '@deed/platform'
import { deadline } from '../format/time.ts'
import { spaced } from '../format/words.ts'

export interface BulletMark {
  readonly tone: 'seal' | 'money' | 'plain'
  readonly text: string
}

/** @param mine names of the parties that the reader is; `Anyone` is everybody. */
export const bulletMark = (
  deed: Deed,
  clause: number,
  level: number,
  sentence: string,
  mine: readonly string[],
): BulletMark | undefined => {
  const open = deed.open.find((each) => each.clause === clause)
  if (!open) return undefined
  const when = deed.outline?.clauses.find(({ number }) => number === clause)?.when
  if (level === 0) {
    const due = deadline(open.due, when)
    if (sentence === 'Otherwise:')
      return { tone: 'plain', text: `by itself after ${due.replace(/^end of /, '')}` }
    if (/^(?:Every|On) /.test(sentence)) return { tone: 'plain', text: `by itself on ${due}` }
    return undefined
  }
  const act = open.acts.find(
    (each) => each.possible && each.sentence !== undefined && isSentence(sentence, each.sentence),
  )
  if (!act) return undefined
  const by = act.by.some((name) => mine.includes(name)) ? 'you' : act.by.map(spaced).join(' or ')
  return { tone: act.must ? 'seal' : 'money', text: `${by} ${act.must ? 'must' : 'may'} now` }
}

/** A bullet is the sentence of an act and a full stop or colon. */
const isSentence = (bullet: string, sentence: string): boolean =>
  bullet.startsWith(sentence) && /^[.:]$/.test(bullet.slice(sentence.length))
