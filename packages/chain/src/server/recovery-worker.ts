/** A thread of ./recovery.ts. */
import { parentPort } from 'node:worker_threads'
import { hexToBytes } from '@deed/evm'
import { decodeTransaction } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import { recoverSenders } from '../transaction/signature.ts'
import type { Transaction } from '../transaction/types.ts'
import { ADDRESS_BYTES, type RecoveryJob, type RecoveryResult } from './recovery-job.ts'

const port = parentPort!
port.on('message', ({ number, transactions }: RecoveryJob) => {
  const senders = new Uint8Array(transactions.length * ADDRESS_BYTES)
  const places: number[] = []
  const decoded: Transaction[] = []
  for (const [place, encoded] of transactions.entries()) {
    const transaction = decodeTransaction(encoded)
    if (isFault(transaction)) continue
    places.push(place)
    decoded.push(transaction)
  }
  for (const [index, sender] of recoverSenders(decoded).entries())
    if (sender !== undefined) senders.set(hexToBytes(sender), places[index]! * ADDRESS_BYTES)
  port.postMessage({ number, senders } satisfies RecoveryResult, [senders.buffer])
})
port.postMessage('ready')
