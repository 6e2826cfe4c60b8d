package embedded

import (
	"os/exec"
	"syscall"
)

// dieWithUs has the kernel stop the server when the child is killed. The
// signal comes when the thread that started the server ends: the child's main
// thread, to which init functions are bound.
func dieWithUs(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
}

// killedChildEndsServer is what dieWithUs achieves.
const killedChildEndsServer = true
