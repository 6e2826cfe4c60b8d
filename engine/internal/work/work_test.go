package work

import (
	"errors"
	"sync/atomic"
	"testing"
)

// TestEach: every piece is done once, and one that is ended ends all.
func TestEach(t *testing.T) {
	enough := errors.New("enough")
	for _, workers := range []int{0, 1, 3, 200} {
		done := make([]atomic.Int32, 100)
		if err := Each(len(done), workers, nil, func(i int) { done[i].Add(1) }); err != nil {
			t.Fatal(err)
		}
		for i := range done {
			if n := done[i].Load(); n != 1 {
				t.Fatalf("%d workers did piece %d %d times", workers, i, n)
			}
		}
		var asked atomic.Int32
		check := Check(func() error {
			if asked.Add(1) > 5 {
				return enough
			}
			return nil
		})
		if err := Each(len(done), workers, check, func(int) {}); !errors.Is(err, enough) {
			t.Errorf("%d workers were not ended: %v", workers, err)
		}
		asked.Store(0)
		if err := Each(1, workers, nil, func(int) {
			for i := range 10 * CheckEach {
				check.Pass(i)
			}
		}); !errors.Is(err, enough) {
			t.Errorf("%d workers were not ended inside a piece: %v", workers, err)
		}
	}
}

// TestGuarded: a panic that is no end goes on.
func TestGuarded(t *testing.T) {
	defer func() {
		if v := recover(); v != "a bug" {
			t.Errorf("recovered %v", v)
		}
	}()
	_ = Guarded(func() { panic("a bug") })
}
