package work

import (
	"slices"
	"testing"
)

// TestRooms: what is taken is zeros, and apart from what else the piece has; a
// piece finds the memory of the one before it.
func TestRooms(t *testing.T) {
	var rooms Rooms
	for piece := range 3 {
		rooms.With(func(r *Room) {
			a, b := r.Take(5), r.Take(3)
			for i, x := range slices.Concat(a, b) {
				if x != 0 {
					t.Errorf("piece %d finds %v at %d", piece, x, i)
				}
			}
			for i := range a {
				a[i] = 1
			}
			if _ = append(a, 2); b[0] != 0 || len(b) != 3 {
				t.Errorf("piece %d writes in what else it has", piece)
			}
			b[2] = 1
		})
	}
	var first [2]*float64
	for i := range first {
		rooms.With(func(r *Room) { first[i] = &r.Take(8)[0] })
	}
	if first[0] != first[1] {
		t.Error("a piece does not find the memory of the one before it")
	}
}

// TestTurns: what one piece leaves the next one takes; two at once have one each.
func TestTurns(t *testing.T) {
	made := 0
	turns := Turns[int]{Make: func() *int { made++; return new(int) }}
	for range 3 {
		turns.With(func(a *int) {
			*a++
			turns.With(func(b *int) {
				if a == b {
					t.Error("two pieces have the same")
				}
			})
		})
	}
	if made != 2 {
		t.Errorf("%d were made for two at once", made)
	}
	var zero Turns[int]
	zero.With(func(a *int) {
		if *a != 0 {
			t.Errorf("zero is %d", *a)
		}
	})
}
