package engine

// A checkpoint is passed inside loops over a series' steps, which may be
// millions: it asks whether the fit is to end, and ends it. nil never does.
type checkpoint func() error

// checkEach is after how many steps a checkpoint asks, about a millisecond's.
const checkEach = 1 << 16

// interrupted is what a checkpoint panics with; guarded, around everything
// that passes checkpoints, makes it an error.
type interrupted struct{ err error }

// pass is called for each i of a loop.
func (c checkpoint) pass(i int) {
	if i&(checkEach-1) == 0 {
		c.ask()
	}
}

// ask is called where work of about a millisecond or more begins.
func (c checkpoint) ask() {
	if c == nil {
		return
	}
	if err := c(); err != nil {
		panic(interrupted{err})
	}
}

// guarded runs f and returns what a checkpoint in it was ended with.
func guarded(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			end, ok := v.(interrupted)
			if !ok {
				panic(v)
			}
			err = end.err
		}
	}()
	f()
	return nil
}
