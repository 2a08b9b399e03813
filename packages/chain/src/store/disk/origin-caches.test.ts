import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { openOriginCaches } from './origin-caches.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-caches-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let count = 0
const make = (
  options: { maxForkBytes?: number; maxBytes?: number } = {},
  folder = join(scratch, String(++count)),
) => {
  const notices: string[] = []
  const caches = openOriginCaches(folder, { ...options, notice: (message) => notices.push(message) })
  return { caches, notices, folder, again: () => make(options, folder) }
}

it('keeps what was put, by chain and block', async () => {
  const { caches, again } = make()
  expect([caches.has(1n, 5n), caches.chainAt(`0x${'12'.repeat(32)}`)]).toEqual([false, undefined])
  const five = await caches.open(1n, 5n)
  five.put('a', 'one')
  expect(five.get('a')).toBe('one')
  const six = await caches.open(1n, 6n)
  expect(six.get('a')).toBe(undefined)
  caches.remember(`0x${'12'.repeat(32)}`, 10n ** 18n)
  await five.close()
  await six.close()
  const later = again().caches
  expect([later.has(1n, 5n), later.chainAt(`0x${'12'.repeat(32)}`)]).toEqual([true, 10n ** 18n])
  const reopened = await later.open(1n, 5n)
  expect(reopened.get('a')).toBe('one')
  await reopened.clear()
  expect(reopened.get('a')).toBe(undefined)
  reopened.put('a', 'two')
  await reopened.close()
  const last = await again().caches.open(1n, 5n)
  expect(last.get('a')).toBe('two')
  await last.close()
})

it('keeps everything that comes while something is written', async () => {
  const { caches, again } = make()
  const cache = await caches.open(1n, 5n)
  for (let index = 0; index < 300; index++) {
    cache.put(`key ${index}`, `value ${index}`)
    if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await cache.close()
  const later = await again().caches.open(1n, 5n)
  for (let index = 0; index < 300; index++) expect(later.get(`key ${index}`)).toBe(`value ${index}`)
  await later.close()
})

it('serves two forks of one process, and ends with the last', async () => {
  const { caches, notices, again } = make()
  const [one, two] = [await caches.open(1n, 5n), await caches.open(1n, 5n)]
  one.put('a', 'one')
  await one.close()
  two.put('b', 'two')
  expect([two.get('a'), two.get('b'), notices]).toEqual(['one', 'two', []])
  await two.close()
  const later = await again().caches.open(1n, 5n)
  expect([later.get('a'), later.get('b')]).toEqual(['one', 'two'])
  await later.close()
})

it('keeps nothing while another process has it, and says so', async () => {
  const { caches, folder } = make()
  const cache = await caches.open(1n, 5n)
  cache.put('a', 'one')
  const script = `
    const { openOriginCaches } = await import(${JSON.stringify(fileURLToPath(new URL('./origin-caches.ts', import.meta.url)))})
    const caches = openOriginCaches(${JSON.stringify(folder)}, { notice: (message) => console.log(message) })
    const cache = await caches.open(1n, 5n)
    cache.put('b', 'two')
    console.log(String(cache.get('b')))
    await cache.close()`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(output).toMatch(/is not kept in .*: another process uses it\nundefined\n/)
  await cache.close()
})

it('takes a damaged value for none, and begins anew where nothing can be read', async () => {
  const { caches, folder, again } = make()
  const cache = await caches.open(1n, 5n)
  cache.put('a', 'one')
  await cache.close()
  const database = join(folder, '1', '5', 'db')
  for (const name of readdirSync(database)) writeFileSync(join(database, name), 'rubbish')
  const { caches: later, notices } = again()
  const reopened = await later.open(1n, 5n)
  expect(reopened.get('a')).toBe(undefined)
  reopened.put('a', 'two')
  await reopened.close()
  expect(notices).toEqual([])
  const last = await again().caches.open(1n, 5n)
  expect(last.get('a')).toBe('two')
  await last.close()
})

it('leaves alone what is not its own', async () => {
  const { caches, notices, folder } = make()
  mkdirSync(join(folder, '1', '5'), { recursive: true })
  writeFileSync(join(folder, '1', '5', 'novel.txt'), 'chapter one')
  const cache = await caches.open(1n, 5n)
  cache.put('a', 'one')
  expect(cache.get('a')).toBe(undefined)
  await cache.close()
  expect(readdirSync(join(folder, '1', '5'))).toEqual(['novel.txt'])
  expect(notices).toEqual([expect.stringContaining('it holds something else')])
})

it('begins anew what another version wrote', async () => {
  const { caches, folder, again } = make()
  const cache = await caches.open(1n, 5n)
  cache.put('a', 'one')
  await cache.close()
  writeFileSync(join(folder, '1', '5', 'deed-fork.json'), '{"kind":"deed fork cache","version":0}')
  const later = await again().caches.open(1n, 5n)
  expect(later.get('a')).toBe(undefined)
  await later.close()
})

it('has bounds: of one fork, and of all, of which the least used go', async () => {
  const { caches, notices, folder, again } = make({ maxForkBytes: 4_000, maxBytes: 9_000 })
  const full = await caches.open(1n, 1n)
  full.put('a', 'x'.repeat(2_500))
  full.put('b', 'x'.repeat(2_500))
  full.put('c', 'x'.repeat(2_500))
  expect([full.get('a')?.length, full.get('b'), full.get('c')]).toEqual([2_500, undefined, undefined])
  expect(notices).toEqual([expect.stringMatching(/is full/)])
  await full.close()
  for (const block of [2n, 3n, 4n]) {
    const cache = await again().caches.open(1n, block)
    cache.put('a', 'x'.repeat(2_500))
    await cache.close()
    const old = new Date(Date.now() - 1_000_000 + Number(block) * 1_000)
    utimesSync(join(folder, '1', String(block), 'deed-fork.json'), old, old)
  }
  const last = await again().caches.open(2n, 9n)
  await last.close()
  expect(existsSync(join(folder, '2', '9'))).toBe(true)
  const left = ['1', '2', '3', '4'].filter((block) => existsSync(join(folder, '1', block)))
  expect(left).not.toContain('2')
  expect(left).toContain('1')
})
