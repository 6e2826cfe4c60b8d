//go:build !linux

package embedded

import "os/exec"

// dieWithUs does nothing here: when the child itself is killed, the server
// stays. When its parent is, the child stops it as everywhere.
func dieWithUs(cmd *exec.Cmd) {}

// killedChildEndsServer is what dieWithUs achieves.
const killedChildEndsServer = false
