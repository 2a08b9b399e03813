/** A thread of ./recovery.ts. */
import { parentPort } from 'node:worker_threads'
import { hexToBytes } from '@deed/evm'
import { decodeTransaction } from '../transaction/codec.ts'
import { isFault } from '../transaction/fault.ts'
import { recoverSender } from '../transaction/signature.ts'
import { ADDRESS_BYTES, type RecoveryJob, type RecoveryResult } from './recovery-job.ts'

const port = parentPort!
port.on('message', ({ number, transactions }: RecoveryJob) => {
  const senders = new Uint8Array(transactions.length * ADDRESS_BYTES)
  for (const [index, encoded] of transactions.entries()) {
    const transaction = decodeTransaction(encoded)
    const sender = isFault(transaction) ? transaction : recoverSender(transaction)
    if (typeof sender === 'string') senders.set(hexToBytes(sender), index * ADDRESS_BYTES)
  }
  port.postMessage({ number, senders } satisfies RecoveryResult, [senders.buffer])
})
port.postMessage('ready')
