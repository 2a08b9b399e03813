import { basename } from 'node:path'
import { replay as relive } from '@deed/agreement/validate'
import { command } from '../../command.ts'
import { compileCache } from '../../debug/artifact-folders.ts'
import { CommandError, EXIT } from '../../fault.ts'
import { flag } from '../../options.ts'
import { isoTime } from '../../perform/instant.ts'
import { readDraft } from '../../signing/draft.ts'
import { readFileOf } from './read.ts'

export const replay = command({
  name: 'agreement replay',
  usage: 'DEED TIMELINE [--json]',
  about: [
    'Lives a life again from its Markdown timeline: each step by what the words mean and by the compiled contract, on a chain',
    'in this process. Says after which step the two differ, if they do. Timelines come from `npm run validate:agreements`.',
  ].join('\n'),
  positionals: { min: 2, max: 2 },
  options: { json: flag('one JSON object a line for each step, and a last one with the outcome') },
  examples: [['deed agreement replay examples/lease timeline.md', 'what happens, step by step']],
  run: async ({ json }, [shown, file], terminal) => {
    const draft = await readDraft(terminal.folder, shown!)
    const { text: timeline } = await readFileOf(terminal.folder, file!)
    const name = basename(draft.outline.file, '.deed')
    const replayed = await relive(name, draft.text, timeline, compileCache())
    if (!replayed) {
      throw new CommandError(
        'DEED_NO_TIMELINE',
        `${file} holds no life: the line of it that begins with {"terms" is missing. Give a file that \`npm run validate:agreements\` wrote.`,
      )
    }
    const { steps, difference } = replayed
    for (const { time, who, what, result, events } of steps) {
      if (json) terminal.out(JSON.stringify({ time: isoTime(time), who, what, result, events }))
      else {
        const look = result === 'done' ? 'reset' : 'yellow'
        terminal.out(terminal.style(look, `${isoTime(time)}  ${who}: ${what}  ${result}`))
        for (const event of events) terminal.out(terminal.style('dim', `    ${event}`))
      }
    }
    if (json)
      terminal.out(JSON.stringify({ agree: difference === undefined, ...(difference && { difference }) }))
    else if (difference === undefined) terminal.out(terminal.style('green', 'Words and contract agree.'))
    if (difference === undefined) return EXIT.ok
    if (!json) terminal.err(terminal.style('red', `DEED_REPLAY_DIFFERS: ${difference}`))
    return EXIT.failed
  },
})
