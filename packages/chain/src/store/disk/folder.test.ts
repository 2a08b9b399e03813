/** On a real disk: who owns a folder, and what is made of one that is damaged. */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { createDevNode, type DevNode } from '../../dev/node.ts'
import { deleteFolder } from './folder.ts'
import { SYNCED } from './journal.ts'
import { openDiskStore } from './store.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-folder-'))
afterAll(() => rmSync(scratch, { recursive: true }))
const newFolder = () => mkdtempSync(join(scratch, 'chain-'))
const copyOf = (folder: string) => {
  const copy = newFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}
/** Every file, so that it is seen that none was touched. */
const contentOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'base64')])

const nodeIn = async (folder: string): Promise<DevNode> =>
  createDevNode({ wallTime: () => 1_700_000_000n, store: await openDiskStore(folder) })
const pay = async (node: DevNode) => {
  const [from, to] = (await node.request('eth_accounts')) as string[]
  return (await node.request('eth_sendTransaction', [{ from, to, value: '0x1', gas: '0x5208' }])) as string
}

const FIXTURE = fileURLToPath(new URL('chain.fixture.ts', import.meta.url))
/** Places of each file at which a bit is turned. */
const STEPS = 3

/** What a process finds in a folder. */
const look = (folder: string) => {
  const { stdout, signal } = spawnSync(process.execPath, [FIXTURE, folder, 'look'], { encoding: 'utf8' })
  const { hashes, code } = (stdout === '' ? {} : JSON.parse(stdout)) as { hashes?: string[]; code?: string }
  return { signal, found: hashes, code }
}

/** A folder as kill -9 leaves it after some payments, with their hashes. */
const killed = async (payments: number): Promise<{ folder: string; hashes: string[] }> => {
  const live = newFolder()
  const node = await nodeIn(live)
  const hashes: string[] = []
  for (let i = 0; i < payments; i++) hashes.push(await pay(node))
  const folder = copyOf(live)
  await node.close()
  return { folder, hashes }
}

describe('a folder', () => {
  it('has one owner, in this process and in others', async () => {
    const folder = newFolder()
    const store = await openDiskStore(folder)
    const inUse = {
      code: 'DEED_FOLDER_IN_USE',
      message: expect.stringContaining(`in use by process ${process.pid}.`),
    }
    await expect(openDiskStore(folder)).rejects.toMatchObject(inUse)
    await expect(deleteFolder(folder)).rejects.toMatchObject(inUse)
    expect(look(folder)).toMatchObject({ code: inUse.code })
    await store.close()
    await (await openDiskStore(folder)).close()
    expect(await deleteFolder(folder)).toBe(true)
    expect(existsSync(folder)).toBe(false)
    expect(await deleteFolder(folder)).toBe(false)
  })

  it('of something else is left as it is', async () => {
    const others: Record<string, (folder: string) => void> = {
      photos: (folder) => writeFileSync(join(folder, 'cat.jpg'), 'meow'),
      'another database': (folder) => writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000001\n'),
      'another mark': (folder) => writeFileSync(join(folder, 'deed.json'), '{"kind":"something"}'),
      'a broken mark': (folder) => writeFileSync(join(folder, 'deed.json'), '{'),
    }
    for (const fill of Object.values(others)) {
      const folder = newFolder()
      fill(folder)
      const before = contentOf(folder)
      await expect(openDiskStore(folder)).rejects.toMatchObject({ code: 'DEED_FOLDER_FOREIGN' })
      await expect(deleteFolder(folder)).rejects.toMatchObject({ code: 'DEED_FOLDER_FOREIGN' })
      expect(contentOf(folder)).toEqual(before)
    }
    const file = join(newFolder(), 'file')
    writeFileSync(file, '')
    await expect(openDiskStore(file)).rejects.toMatchObject({ code: 'DEED_FOLDER_FOREIGN' })
  })

  it('whose first start was killed begins anew, and deleting leaves what others put there', async () => {
    const folder = newFolder()
    await (await nodeIn(folder)).close()
    rmSync(join(folder, 'db'), { recursive: true })
    mkdirSync(join(folder, 'db'))
    writeFileSync(join(folder, 'db', '000003.log'), '')
    writeFileSync(join(folder, 'note.txt'), 'mine')
    await (await nodeIn(folder)).close()
    expect(await deleteFolder(folder)).toBe(true)
    expect(readdirSync(folder)).toEqual(['note.txt'])
  })
})

describe('after kill -9', () => {
  it('everything that was answered is there, and a torn last write costs only itself', async () => {
    const { folder, hashes } = await killed(6)
    const log = (within: string) =>
      join(within, 'db', readdirSync(join(within, 'db')).findLast((name) => name.endsWith('.log'))!)
    const size = statSync(log(folder)).size
    const lengths = [
      size,
      size - 1,
      size - 7,
      size - 300,
      size - 1_000,
      size - 3_000,
      Math.floor(size / 2),
      0,
    ]
    let most = Infinity
    for (const length of lengths) {
      const torn = copyOf(folder)
      truncateSync(log(torn), length)
      const node = await nodeIn(torn)
      const head = Number(await node.request('eth_blockNumber'))
      if (length === size) expect(head).toBe(6)
      expect(head).toBeLessThanOrEqual(most)
      most = head
      for (const [index, hash] of hashes.entries()) {
        const receipt = await node.request('eth_getTransactionReceipt', [hash])
        if (index < head) expect(receipt).toMatchObject({ blockNumber: `0x${(index + 1).toString(16)}` })
        else expect(receipt).toBeNull()
      }
      await pay(node)
      expect(Number(await node.request('eth_blockNumber'))).toBe(head + 1)
      await node.close()
    }
    expect(most).toBe(0)
  })

  it('a hole in a journal is damage where it was synced; after that it is a power cut, and costs what came later', async () => {
    const live = newFolder()
    const node = await nodeIn(live)
    const hashes: string[] = []
    for (let i = 0; i < 4; i++) hashes.push(await pay(node))
    await setTimeout(250)
    for (let i = 0; i < 8; i++) hashes.push(await pay(node))
    const folder = copyOf(live)
    await node.close()
    const log = join('db', readdirSync(join(folder, 'db')).findLast((name) => name.endsWith('.log'))!)
    const whole = readFileSync(join(folder, log))
    const synced = whole.lastIndexOf(SYNCED.key)
    // A page that never came to the disk, while those around it did.
    const withHole = (at: number) => {
      const torn = copyOf(folder)
      const bytes = Buffer.from(whole)
      bytes.fill(0, at, at + 4_096)
      writeFileSync(join(torn, log), bytes)
      return look(torn)
    }
    expect(withHole(synced - 8_192)).toMatchObject({ code: 'DEED_STORE_DAMAGED' })
    const { found, code } = withHole(Math.floor((synced + whole.length) / 2))
    expect(code).toBeUndefined()
    expect(found!.length).toBeGreaterThanOrEqual(4)
    expect(found!.length).toBeLessThan(12)
    expect(found).toEqual(hashes.slice(0, found!.length))
  })

  it('bit rot in any file is told by a code, or loses nothing', async () => {
    const { folder, hashes } = await killed(6)
    // Some of it in a table, some in the journal.
    const node = await nodeIn(folder)
    for (let i = 0; i < 6; i++) hashes.push(await pay(node))
    // Bits rot in what has long been synced.
    await setTimeout(200)
    const live = copyOf(folder)
    await node.close()
    const files = readdirSync(join(live, 'db')).filter((name) => /\.(log|ldb)$|MANIFEST|CURRENT/.test(name))
    expect(files.length).toBeGreaterThanOrEqual(4)
    const outcomes = { told: 0, ended: 0, whole: 0 }
    for (const name of files) {
      const size = statSync(join(live, 'db', name)).size
      for (let step = 0; step < STEPS; step++) {
        const rotten = copyOf(live)
        const path = join(rotten, 'db', name)
        const bytes = readFileSync(path)
        bytes[Math.floor((size * step) / STEPS)]! ^= 0x10
        writeFileSync(path, bytes)
        const { signal, found, code } = look(rotten)
        // Where LevelDB trips over its own structures it ends the process, before anything wrong is said.
        if (signal === 'SIGABRT') outcomes.ended++
        else if (code !== undefined) {
          expect(code, `${name} at ${step}/${STEPS}`).toMatch(/^DEED_(STORE_DAMAGED|DISK_FAILED)$/)
          outcomes.told++
        } else {
          expect(found, `${name} at ${step}/${STEPS}`).toEqual(hashes)
          outcomes.whole++
        }
        rmSync(rotten, { recursive: true })
      }
    }
    expect(outcomes.told).toBeGreaterThan(outcomes.ended)
  })

  it('a lost list of files is damage, never a new chain', async () => {
    const { folder } = await killed(1)
    rmSync(join(folder, 'db', 'CURRENT'))
    const before = contentOf(join(folder, 'db')).filter(([name]) => /\.(ldb|log)$/.test(name!))
    await expect(openDiskStore(folder)).rejects.toMatchObject({ code: 'DEED_STORE_DAMAGED' })
    expect(contentOf(join(folder, 'db')).filter(([name]) => /\.(ldb|log)$/.test(name!))).toEqual(before)
  })
})

describe('a disk that is really full', () => {
  it.skipIf(process.platform === 'win32')('is told by its code, and loses nothing', () => {
    const folder = newFolder()
    // Files may not grow beyond 64 KB, which the system tells as a full disk is told.
    const output = execFileSync(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 128; exec "${process.execPath}" "${FIXTURE}" "${folder}" fill`],
      { encoding: 'utf8' },
    )
    const { hashes, code } = JSON.parse(output) as { hashes: string[]; code: string }
    expect(code).toBe('DEED_DISK_FULL')
    expect(hashes.length).toBeGreaterThan(3)
    expect(look(folder)).toEqual({ signal: null, found: hashes, code: undefined })
  })
})
