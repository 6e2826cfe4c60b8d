package work

import (
	"strings"
	"testing"
)

// TestEachPanics: a panic on another goroutine reaches who waits for it.
func TestEachPanics(t *testing.T) {
	for _, workers := range []int{1, 4} {
		func() {
			defer func() {
				v := recover()
				if p, ok := v.(*Panic); v != "broken" && (!ok || !strings.HasPrefix(p.Error(), "broken\n")) {
					t.Errorf("%d workers: %v", workers, v)
				}
			}()
			begun := make(chan struct{}, 100)
			_ = Each(100, workers, nil, func(i int) {
				begun <- struct{}{}
				if i == 50 {
					panic("broken")
				}
			})
			t.Errorf("%d workers: %d begun, no panic", workers, len(begun))
		}()
	}
}
