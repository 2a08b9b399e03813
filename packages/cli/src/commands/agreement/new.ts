import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../../command.ts'
import { CommandError, EXIT, usageError } from '../../fault.ts'
import { nearest } from '../../nearest.ts'
import { flag } from '../../options.ts'
import type { Terminal } from '../../terminal.ts'

const TEMPLATES = fileURLToPath(new URL('../../../../../examples/', import.meta.url))
/** What belongs to the deed itself, and not to the example that it is. */
const COPIED = /\.deed$|\.sol$|\.lock\.json$|^outline\.json$|^documents$|^scenarios$/

export const create = command({
  name: 'agreement new',
  usage: '[TEMPLATE] [FOLDER]',
  about: [
    'Begins an agreement: copies a template into a new folder, where its text can be changed. Without a template it lists',
    'them.',
  ].join('\n'),
  positionals: { min: 0, max: 2 },
  options: { json: flag('the list, or what was copied, as one JSON object') },
  examples: [
    ['deed agreement new', 'lists the templates'],
    ['deed agreement new lease my-lease', 'copies the lease into ./my-lease'],
  ],
  run: async ({ json }, [name, folder], terminal) => {
    const templates = await readTemplates()
    if (name === undefined) return list(templates, json === true, terminal)
    const template = templates.find((each) => each.name === name)
    if (!template) {
      const names = templates.map((each) => each.name)
      const near = nearest(name, names)
      throw usageError(
        'DEED_UNKNOWN_TEMPLATE',
        `There is no template "${name}". ${near ? `Did you mean "${near}"?` : `There are: ${names.join(', ')}.`}`,
      )
    }
    const shown = folder ?? name
    const target = resolve(terminal.folder, shown)
    const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw notAFolder(shown, error)
    })
    if (there.length > 0) {
      throw new CommandError(
        'DEED_FOLDER_TAKEN',
        `${shown} is there already, and not empty. Nothing was changed; choose another folder: deed agreement new ${name} FOLDER`,
      )
    }
    const files = (await readdir(join(TEMPLATES, name))).filter((file) => COPIED.test(file)).sort()
    await mkdir(target, { recursive: true }).catch((error) => {
      throw notAFolder(shown, error)
    })
    for (const file of files) await cp(join(TEMPLATES, name, file), join(target, file), { recursive: true })
    if (json) terminal.out(JSON.stringify({ template: name, folder: shown, files }))
    else {
      terminal.out(`${template.title} is in ${shown}: ${files.join(', ')}`)
      terminal.out(`\nRead it, with what is proved of it:  deed agreement explain ${shown}`)
      terminal.out(`After a change of the text:          deed agreement check ${shown}/${template.file}`)
      terminal.out(`When it says what you agreed on:     deed agreement fill ${shown}`)
    }
    return EXIT.ok
  },
})

interface Template {
  readonly name: string
  readonly file: string
  readonly title: string
  /** What stands before the first clause. */
  readonly about: string
}

const readTemplates = async (): Promise<Template[]> => {
  const names = (await readdir(TEMPLATES).catch(() => [])).sort()
  const found = await Promise.all(
    names.map(async (name): Promise<Template[]> => {
      const files = await readdir(join(TEMPLATES, name)).catch(() => [])
      const file = files.find((each) => each.endsWith('.deed'))
      if (file === undefined) return []
      const text = await readFile(join(TEMPLATES, name, file), 'utf8')
      const [title = '', preface = ''] = text.split('\n\n')
      return [
        {
          name,
          file,
          title: title.replace(/^# /, ''),
          about: preface.replaceAll('\n', ' ').replace(/[{}]/g, ''),
        },
      ]
    }),
  )
  return found.flat()
}

const list = (templates: readonly Template[], json: boolean, terminal: Terminal): number => {
  if (json) terminal.out(JSON.stringify(templates.map(({ name, title, about }) => ({ name, title, about }))))
  const width = Math.max(0, ...templates.map(({ name }) => name.length))
  for (const { name, title, about } of json ? [] : templates) {
    terminal.out(`${terminal.style('bold', name.padEnd(width))}  ${title}`)
    terminal.out(terminal.style('dim', `${' '.repeat(width)}  ${about}`))
  }
  if (!json) terminal.out('\nBegin with one: deed agreement new NAME FOLDER')
  return EXIT.ok
}

const notAFolder = (shown: string, cause: NodeJS.ErrnoException) =>
  new CommandError('DEED_NOT_WRITTEN', `${shown} cannot be made (${cause.code}). Choose another folder.`, {
    cause,
  })
