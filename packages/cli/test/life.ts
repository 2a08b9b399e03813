/** A lease in a folder of its own, from the template to the signatures, for tests. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevNode, LOCAL } from '@deed/chain'
import { startServer } from '@deed/chain/server'
import { encryptKeystoreJson, Wallet } from 'ethers'
import { afterAll } from 'vitest'
import { type Run, runDeed } from './run-deed.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-life-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0

export const newFolder = (): string => join(scratch, `lease-${++folders}`)

export const copyOf = (folder: string): string => {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

export const agreement = (...argv: string[]): Promise<Run> => runDeed(['agreement', ...argv])

export const done = async (run: Promise<Run>): Promise<string[]> => {
  const { exit, out, err } = await run
  if (exit !== 0) throw new Error(err.join('\n') || out.join('\n'))
  return out
}

/** Terms of a lease from 1 February 2027 with development accounts and test money. */
export const TERMS = {
  Landlord: 'dev:1',
  Tenant: 'dev:2',
  Arbiter: 'dev:3',
  USDC: 'test',
  rent: '1,000 USDC',
  start: '2027-02-01',
  inventory: 'documents/inventory.md',
} as const

export const termsArguments = (terms: Readonly<Record<string, string>>): string[] =>
  Object.entries(terms).flatMap(([name, value]) => ['--term', `${name}=${value}`])

/** @returns the folder of a lease with its blanks filled. */
export const filledLease = async (
  terms: Partial<Record<keyof typeof TERMS, string>> = {},
): Promise<string> => {
  const folder = newFolder()
  await done(agreement('new', 'lease', folder))
  await done(agreement('fill', folder, ...termsArguments({ ...TERMS, ...terms })))
  return folder
}

/** Changes a JSON file. */
export const change = (file: string, edit: (value: Record<string, unknown>) => unknown): void => {
  const value = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(edit(value) ?? value))
}

/** Our own chain behind a URL, whose clock stands until a test moves it. */
export const openChain = async (day: string) => {
  const time = BigInt(Date.parse(`${day}T00:00:00Z`) / 1000)
  const node = await createDevNode({ wallTime: () => time, genesisTime: time })
  const server = await startServer({ node, principal: LOCAL, port: 0 })
  return {
    url: server.url,
    request: (method: string, params: unknown[]) => node.request(method, params),
    close: async () => {
      await server.close()
      await node.close()
    },
  }
}

/** A keystore as ethers writes it, with as little work as it may be. */
export const sealed = (privateKey: string, password: string): Promise<string> =>
  encryptKeystoreJson({ address: new Wallet(privateKey).address, privateKey }, password, {
    progressCallback: () => {},
    scrypt: { N: 1024, r: 8, p: 1 },
  })
