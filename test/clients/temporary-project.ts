/** A project of somebody's in a folder of its own, with the packages of this repository. */
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const REPOSITORY = join(import.meta.dirname, '../..')

export interface TemporaryProject {
  readonly folder: string
  /** A compiler for whoever wants a program rather than a package. */
  readonly solc: string
  remove(): void
}

export const createProject = (): TemporaryProject => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-project-'))
  cpSync(join(import.meta.dirname, 'project'), folder, { recursive: true })
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const solc = join(folder, 'solc.sh')
  const main = join(import.meta.dirname, 'solc-main.js')
  writeFileSync(solc, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`)
  chmodSync(solc, 0o755)
  return { folder, solc, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
