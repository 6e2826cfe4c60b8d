package engine

import (
	"os"
	"strconv"
)

func knob(name string, def float64) float64 {
	if s := os.Getenv(name); s != "" {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(err)
		}
		return v
	}
	return def
}

func init() {
	balanceWeight = float32(knob("BAL", 2))
	gumbelWeight = float32(knob("GUM", .5))
	seasonWidth = float32(knob("SW", .04))
	weekendWeight = float32(knob("WK", 3))
	stepTolerance = knob("KTHR", .02)
	shortBlocks = int(knob("SB", 3))
	blockDays = knob("BLK", 3)
	cellPrior = knob("N0", 200)
	orderSeasons = int(knob("ORD", 2))
	maxOrder = int(knob("MAXORD", 98))
	lamMul = knob("LM", 1)
	lamTr = knob("LT", 1)
	lamScale = knob("LS", 1)
	shortLambda = knob("LSHORT", 3e5)
	w := knob("MIX0", .35)
	mixes[0] = [2]float64{sqrt(1 - w*w), w}
}

func sqrt(x float64) float64 {
	z := x
	for range 40 {
		z = (z + x/z) / 2
	}
	return z
}
