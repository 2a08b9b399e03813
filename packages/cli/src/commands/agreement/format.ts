import { writeFile } from 'node:fs/promises'
import { format as layOut, render } from '@deed/agreement/language'
import { command } from '../../command.ts'
import { EXIT } from '../../fault.ts'
import { flag } from '../../options.ts'
import { readFileOf } from './read.ts'

const MOST_FILES = 1_000

export const format = command({
  name: 'agreement format',
  usage: 'FILE…',
  about:
    'Lays deeds out in the one layout that is signed: 96 columns, two spaces a level, one empty line between prose, lists and headings. A text that has errors of grammar is left as it is.',
  positionals: { min: 1, max: MOST_FILES },
  options: {
    check: flag('change nothing, and fail if a file is laid out otherwise'),
  },
  examples: [
    ['deed agreement format examples/lease/lease.deed', 'rewrites the file if its layout is another'],
    ['deed agreement format --check examples/lease/lease.deed', 'for a continuous integration'],
  ],
  run: async ({ check }, files, terminal) => {
    let exit: number = EXIT.ok
    for (const shown of files) {
      const file = await readFileOf(terminal.folder, shown)
      const result = layOut(file.text)
      if ('findings' in result) {
        for (const finding of result.findings) terminal.err(render(shown, finding))
        exit = EXIT.failed
      } else if (result.text === file.text) terminal.out(`${shown}: as it should be`)
      else if (check) {
        terminal.err(`DEED_LAYOUT: ${shown} is laid out otherwise. Write: deed agreement format ${shown}`)
        exit = EXIT.failed
      } else {
        await writeFile(file.path, result.text)
        terminal.out(`${shown}: laid out`)
      }
    }
    return exit
  },
})
