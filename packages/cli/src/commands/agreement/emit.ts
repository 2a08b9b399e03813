import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { emitDeed, outlineText } from '@deed/agreement/language'
import { command } from '../../command.ts'
import { EXIT } from '../../fault.ts'
import { flag } from '../../options.ts'
import { proved, readDeed, readFileOf } from './read.ts'
import { checkSize, printSize, sizeOf } from './size.ts'

export const emit = command({
  name: 'agreement emit',
  usage: 'FILE',
  about:
    'Writes the contract of a deed (NAME.sol, on @deed/contracts and OpenZeppelin) and its outline (outline.json, which keeper and page read) beside the text. A deed with errors has none.',
  positionals: { min: 1, max: 1 },
  options: {
    sizes: flag('say how large the contract is, clause by clause'),
  },
  examples: [
    ['deed agreement emit examples/lease/lease.deed', 'writes examples/lease/Lease.sol and outline.json'],
    ['deed agreement emit examples/lease/lease.deed --sizes', 'and what takes how many bytes'],
  ],
  run: async ({ sizes }, [shown], terminal) => {
    const file = await readFileOf(terminal.folder, shown!)
    const { source, outline } = emitDeed(proved(file, readDeed(file.text)), file.name)
    const [contract, name] = outline.contract.split(':') as [string, string]
    const written = [
      [contract, source],
      ['outline.json', outlineText(outline)],
    ] as const
    for (const [own, text] of written) {
      await writeFile(join(dirname(file.path), own), text)
      terminal.out(`wrote ${join(dirname(shown!), own)}`)
    }
    const size = await sizeOf(join(dirname(file.path), contract), contract, name, source)
    printSize(terminal, contract, size, sizes === true)
    checkSize(contract, size)
    return EXIT.ok
  },
})
