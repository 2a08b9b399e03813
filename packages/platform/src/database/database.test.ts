import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { lockFolder } from './lock.ts'

const scratch = mkdtempSync(join(tmpdir(), 'deed-database-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const place = { id: 1, genesis: '0xaa', number: 2 ** 40, hash: '0xbb', time: 1_800_000_000 }

describe.each([
  ['memory', () => undefined],
  ['PGlite', () => join(scratch, 'suite')],
])('in %s', (_, folder) => {
  test('keeps integers, takes upserts, and rolls a failed transaction back', async () => {
    const { db, close } = await openDatabase(folder())
    await db.insertInto('place').values(place).execute()
    await db
      .insertInto('place')
      .values({ ...place, number: 7 })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({ number: eb.ref('excluded.number') })),
      )
      .execute()
    expect(await db.selectFrom('place').selectAll().executeTakeFirstOrThrow()).toEqual({
      ...place,
      number: 7,
    })

    await db.updateTable('place').set({ number: place.number }).execute()
    const failing = db.transaction().execute(async (tx) => {
      await tx.deleteFrom('place').execute()
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await db.selectFrom('place').select('number').execute()).toEqual([{ number: place.number }])
    await close()
  })

  test('transactions that run at once do not mix', async () => {
    const { db, close } = await openDatabase(folder())
    await db.deleteFrom('backoffs').execute()
    const add = (purpose: string, fail: boolean) =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('backoffs').values({ purpose, failures: 1, until: 1 }).execute()
        await new Promise((done) => setTimeout(done, 5))
        if (fail) throw new Error('no')
      })
    await Promise.allSettled([add('a', false), add('b', true), add('c', false)])
    const rows = await db.selectFrom('backoffs').select('purpose').orderBy('purpose').execute()
    expect(rows.map((row) => row.purpose)).toEqual(['a', 'c'])
    await close()
  })
})

describe('the folder', () => {
  test('keeps what was written, with fsync on', async () => {
    const folder = join(scratch, 'kept')
    const first = await openDatabase(folder)
    await first.db.insertInto('place').values(place).execute()
    await first.close()
    const second = await openDatabase(folder)
    expect(await second.db.selectFrom('place').selectAll().execute()).toEqual([place])
    const { sql } = await import('kysely')
    expect((await sql<{ fsync: string }>`show fsync`.execute(second.db)).rows).toEqual([{ fsync: 'on' }])
    await second.close()
  })

  test('has one opener: the second is told who has it', async () => {
    const folder = join(scratch, 'held')
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const unlock = lockFolder(folder)
    unlock()
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: holder.pid, host: hostname() }))
    await expect(openDatabase(folder)).rejects.toMatchObject({
      code: 'DEED_DATA_IN_USE',
      details: { pid: holder.pid },
    })
    holder.kill()
  })

  test('is taken over from a dead process, and from a torn lock', () => {
    const folder = join(scratch, 'stale')
    lockFolder(folder)()
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    for (const content of [JSON.stringify({ pid: dead, host: hostname() }), '']) {
      writeFileSync(join(folder, 'lock'), content)
      const unlock = lockFolder(folder)
      expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')).pid).toBe(process.pid)
      unlock()
      expect(() => readFileSync(join(folder, 'lock'))).toThrow('ENOENT')
    }
  })
})
