/** The agreements that are validated: all templates, and a deed with what none of them has. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Shipped {
  readonly name: string
  readonly text: string
}

const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url))
const CONTEST = fileURLToPath(new URL('../test/contest.deed', import.meta.url))

/** Where the answers of the compiler are kept. */
export const CACHE_FOLDER = join(tmpdir(), 'deed-validate-solidity')

export const shipped = (): Shipped[] => [
  ...readdirSync(EXAMPLES).flatMap((name) => {
    const file = join(EXAMPLES, name, `${name}.deed`)
    return existsSync(file) ? [readAgreement(file)] : []
  }),
  readAgreement(CONTEST),
]

const readAgreement = (file: string): Shipped => ({
  name: basename(file, '.deed'),
  text: readFileSync(file, 'utf8'),
})

/** By their names, or of a file of one's own. */
export const agreementsOf = (names: readonly string[] | undefined): Shipped[] => {
  const all = shipped()
  return (names ?? all.map(({ name }) => name)).map((name) => {
    if (name.endsWith('.deed')) return readAgreement(name)
    const found = all.find((each) => each.name === name)
    if (!found)
      throw new Error(`There is no agreement ${name}; there are ${all.map((each) => each.name).join(', ')}.`)
    return found
  })
}
