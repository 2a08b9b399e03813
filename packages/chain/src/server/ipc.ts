/** JSON-RPC over a Unix socket or a named pipe of Windows: one JSON value after the other, as geth's IPC has it. */
import { chmod, lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { answer } from '../rpc/dispatch.ts'
import type { Principal } from '../rpc/method.ts'
import type { Node } from '../rpc/node.ts'
import { createSession } from '../rpc/subscription.ts'
import { MAX_BODY_BYTES } from './http.ts'
import { createSplitter } from './json-stream.ts'

/** Bytes that wait to be sent to one client. One that reads slower than this is cut off. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024
/** Requests of one client under way. While there are more, nothing is read from it. */
const MAX_IN_FLIGHT = 256
const MAX_CONNECTIONS = 256

export interface IpcServer {
  readonly path: string
  close(): Promise<void>
}

/**
 * @param path of a socket that does not exist, or that a process which is gone has left behind. Only the user who runs
 *   the chain may open it. Throws {@link IpcError} where another process listens or another file is.
 */
export const startIpc = async (node: Node, principal: Principal, path: string): Promise<IpcServer> => {
  const isFile = !path.startsWith('\\\\.\\pipe\\')
  if (isFile) await makeRoom(path)
  const sockets = new Set<Socket>()
  // Whoever has sent all may say so by closing its side, and still gets the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    converse(node, principal, socket)
  })
  server.maxConnections = MAX_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new IpcError(`The socket ${path} cannot be opened: ${message}`)),
    )
    server.listen(path, resolve)
  })
  if (isFile) await chmod(path, 0o600)
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

const converse = (node: Node, principal: Principal, socket: Socket): void => {
  const send = (text: string): void => {
    if (socket.destroyed) return
    if (socket.writableLength > MAX_BUFFERED_BYTES) socket.destroy()
    else socket.write(`${text}\n`)
  }
  const session = createSession(send)
  let inFlight = 0
  let isOver = false
  const take = (text: string): void => {
    if (++inFlight >= MAX_IN_FLIGHT) socket.pause()
    void answer({ node, principal, session }, text)
      .then((response) => response !== undefined && send(response))
      .finally(() => {
        if (--inFlight < MAX_IN_FLIGHT && socket.isPaused()) socket.resume()
        if (isOver && inFlight === 0) socket.end()
      })
  }
  const split = createSplitter(take, MAX_BODY_BYTES)
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    // What is too long or no JSON leaves no place at which the next request would begin.
    if (split(text)) return
    socket.pause()
    void answer({ node, principal, session }, '').then((refusal) => socket.end(`${refusal}\n`))
  })
  socket.on('end', () => {
    isOver = true
    if (inFlight === 0) socket.end()
  })
  socket.on('close', () => session.close())
  socket.on('error', () => socket.destroy())
}

/** Takes away a socket on which nobody listens any more. */
const makeRoom = async (path: string): Promise<void> => {
  const file = await lstat(path).catch(() => undefined)
  if (file === undefined) return
  if (!file.isSocket()) throw new IpcError(`${path} is there already and no socket: choose another path`)
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
  if (isAlive)
    throw new IpcError(`Another process listens on the socket ${path}: stop it, or choose another path`)
  await unlink(path)
}

class IpcError extends Error {
  override readonly name = 'IpcError'
  readonly code = 'DEED_IPC'
}
