import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { emitDeed, outlineText } from '@deed/agreement/language'
import { command } from '../../command.ts'
import { EXIT } from '../../fault.ts'
import { proved, readDeed, readFileOf } from './read.ts'

export const emit = command({
  name: 'agreement emit',
  usage: 'FILE',
  about:
    'Writes the contract of a deed (NAME.sol, on @deed/contracts and OpenZeppelin) and its outline (outline.json, which keeper and page read) beside the text. A deed with errors has none.',
  positionals: { min: 1, max: 1 },
  options: {},
  examples: [
    ['deed agreement emit examples/lease/lease.deed', 'writes examples/lease/Lease.sol and outline.json'],
  ],
  run: async (_, [shown], terminal) => {
    const file = await readFileOf(terminal.folder, shown!)
    const { source, outline } = emitDeed(proved(file, readDeed(file.text)), file.name)
    const contract = outline.contract.split(':')[0]!
    const written = [
      [contract, source],
      ['outline.json', outlineText(outline)],
    ] as const
    for (const [name, text] of written) {
      await writeFile(join(dirname(file.path), name), text)
      terminal.out(`wrote ${join(dirname(shown!), name)}`)
    }
    return EXIT.ok
  },
})
