import { describe, expect, test } from 'vitest'
import { openDatabase } from '../database/database.ts'
import { close, dropAll, freeNonce, openSlots, setState, store } from './journal.ts'

const row = (hash: string, nonce: number, purpose = 'perform:0xd') => ({
  hash,
  account: '0xa',
  nonce,
  raw: '0x00',
  purpose,
  stored_at: 0,
  max_fee_wei: '1',
  tip_wei: '1',
  action: 1,
})

describe('the journal', () => {
  test('keeps attempts of a nonce together, oldest first, and other accounts out', async () => {
    const { db, close: end } = await openDatabase()
    await store(db, row('0x1', 7))
    await store(db, row('0x2', 5, 'withdraw'))
    await store(db, row('0x3', 7))
    await store(db, { ...row('0x4', 7), account: '0xb' })
    await setState(db, '0x1', 'sent')
    const slots = await openSlots(db, '0xa')
    expect(slots.map(({ nonce, attempts }) => [nonce, attempts.map(({ hash }) => hash)])).toEqual([
      [5, ['0x2']],
      [7, ['0x1', '0x3']],
    ])
    await close(db, slots[1]!, { hash: '0x1', state: 'done' })
    const states = await db.selectFrom('journal').select(['hash', 'state']).orderBy('hash').execute()
    expect(states.map(({ hash, state }) => `${hash} ${state}`)).toEqual([
      '0x1 done',
      '0x2 stored',
      '0x3 replaced',
      '0x4 stored',
    ])
    await dropAll(db)
    expect(await openSlots(db, '0xa')).toEqual([])
    await end()
  })

  test('takes the same bytes again after their block was taken back', async () => {
    const { db, close: end } = await openDatabase()
    await store(db, row('0x1', 0))
    await setState(db, '0x1', 'done')
    await store(db, row('0x1', 0))
    expect((await openSlots(db, '0xa')).map(({ nonce }) => nonce)).toEqual([0])
    await end()
  })
})

test('gaps between nonces are filled first', () => {
  const slot = (nonce: number) => ({ nonce, purpose: '', action: 0, attempts: [] })
  expect(freeNonce(4, [])).toBe(4)
  expect(freeNonce(4, [slot(4), slot(5)])).toBe(6)
  expect(freeNonce(4, [slot(5), slot(7)])).toBe(4)
  expect(freeNonce(4, [slot(4), slot(6)])).toBe(5)
})
