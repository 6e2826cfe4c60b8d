// Package proxy is the wire: it accepts clients, connects each to the server,
// relays what is not ours byte for byte, and runs the statements that are.
//
// Start reading at Server, then session.run, which is one connection's life
// from top to bottom: startup, relay, intercept, relay, ... until one side
// goes.
//
// Invariants:
//
//   - What is not ours is forwarded byte for byte, in order.
//   - While a session relays, the relay alone reads and writes its two
//     sockets; while it intercepts, the session's own goroutine alone does.
//     Never both.
//   - Our queries run on the client's own server connection, under statement
//     and portal names of our own.
//   - The transaction status is the server's last word, never invented.
//   - Notices, parameter changes and notifications pass in every state.
//   - The read buffer is empty when TLS starts; otherwise the connection is
//     refused.
package proxy
