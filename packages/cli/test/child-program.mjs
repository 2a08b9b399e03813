// A program to be supervised. Its argument says how it behaves: {"ready":true,"dieAfterMs":50,"deaf":true}
const { ready = true, dieAfterMs, deaf = false, fault } = JSON.parse(process.argv[2])
if (fault) process.send({ kind: 'failed', ...fault }, () => process.exit(1))
if (deaf) process.on('SIGTERM', () => {})
else process.on('SIGTERM', () => process.exit(0))
console.log(`started ${process.pid}`)
if (ready && !fault) process.send({ kind: 'ready', pid: process.pid })
if (dieAfterMs !== undefined) setTimeout(() => process.exit(7), dieAfterMs)
setInterval(() => {}, 1000)
