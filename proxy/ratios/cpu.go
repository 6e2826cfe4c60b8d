package main

import "github.com/prometheus/procfs"

// clockTicks of /proc/PID/stat make a second on every system that has it;
// proc(5).
const clockTicks = 100

// processorTime is what processors have spent so far, in seconds: on this
// process, which is client and proxy, on what it ran, and on the server that
// has a backend of the given process ID. It fails where there is no /proc.
func processorTime(backend uint32) (float64, error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, err
	}
	self, err := fs.Self()
	if err != nil {
		return 0, err
	}
	own, err := self.Stat()
	if err != nil {
		return 0, err
	}
	session, err := fs.Proc(int(backend))
	if err != nil {
		return 0, err
	}
	of, err := session.Stat()
	if err != nil {
		return 0, err
	}
	processes, err := fs.AllProcs()
	if err != nil {
		return 0, err
	}
	spent := whole(own)
	for _, p := range processes {
		switch s, err := p.Stat(); {
		case err != nil: // it has ended since
		case s.PID == of.PPID:
			spent += whole(s)
		case s.PPID == of.PPID:
			spent += s.CPUTime()
		}
	}
	return spent, nil
}

// whole is the time of a process and of those that it has waited for.
func whole(s procfs.ProcStat) float64 {
	return s.CPUTime() + float64(s.CUTime+s.CSTime)/clockTicks
}
