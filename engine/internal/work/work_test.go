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

// TestPass: a check is asked once in CheckEach steps of a loop.
func TestPass(t *testing.T) {
	asked := 0
	check := Check(func() error { asked++; return nil })
	for i := range 3 * CheckEach {
		check.Pass(i)
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
}

// TestParts: the runs are those of the size, whoever takes them, and cover all.
func TestParts(t *testing.T) {
	for _, share := range []Workers{Alone, Share(3, nil)} {
		for _, n := range []int{0, 1, 9, 10, 11, 25} {
			seen := make([]atomic.Int32, n)
			share.Parts(n, 10, func(from, to int) {
				if from%10 != 0 || to != min(n, from+10) {
					t.Errorf("%d steps have a part from %d to %d", n, from, to)
				}
				for i := from; i < to; i++ {
					seen[i].Add(1)
				}
			})
			for i := range seen {
				if k := seen[i].Load(); k != 1 {
					t.Errorf("step %d of %d is in %d parts", i, n, k)
				}
			}
		}
	}
}

// TestShare: shared work that is ended ends what is guarded around it.
func TestShare(t *testing.T) {
	enough := errors.New("enough")
	behind := false
	err := Guarded(func() {
		Share(2, func() error { return enough })(10, func(int) {})
		behind = true
	})
	if !errors.Is(err, enough) || behind {
		t.Errorf("ended with %v, went on: %v", err, behind)
	}
}
