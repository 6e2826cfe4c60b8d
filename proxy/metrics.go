package proxy

import (
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what a Server does. What is counted for each message is a
// plain counter; Prometheus reads them when it asks.
type metrics struct {
	accepted   atomic.Uint64 // connections
	cancels    atomic.Uint64 // CancelRequests
	statements atomic.Uint64
	toClients  atomic.Uint64 // bytes
	toServer   atomic.Uint64

	mu     sync.Mutex
	errors map[string]uint64     // by SQLSTATE
	calls  map[string]*callCount // by function
}

// callCount is what the statements that call a function came to. One that
// calls several counts for each of them.
type callCount struct {
	outcomes map[callOutcome]uint64
	rows     uint64
	seconds  float64
}

// eachCall has f count for functions. Their names come from the registry, so
// that they are few.
func (m *metrics) eachCall(functions []string, f func(*callCount)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == nil {
		m.calls = make(map[string]*callCount)
	}
	for _, name := range functions {
		c := m.calls[name]
		if c == nil {
			c = &callCount{outcomes: make(map[callOutcome]uint64)}
			m.calls[name] = c
		}
		f(c)
	}
}

// maxStates bounds the SQLSTATEs that are counted by themselves: functions of
// users may raise any.
const maxStates = 300

// failed counts an error that went to a client.
func (m *metrics) failed(sqlstate string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.errors == nil {
		m.errors = make(map[string]uint64)
	}
	if _, ok := m.errors[sqlstate]; !ok && len(m.errors) >= maxStates {
		sqlstate = "other"
	}
	m.errors[sqlstate]++
}

// Handler serves the server's metrics in Prometheus' form on /metrics, and on
// /healthz whether it accepts connections: 200, or 503 once it drains.
func (srv *Server) Handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(serverCollector{srv}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if srv.closing() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("ok\n"))
	})
	return mux
}

var (
	describeAccepted   = prometheus.NewDesc("datamime_connections_total", "Client connections accepted.", nil, nil)
	describeSessions   = prometheus.NewDesc("datamime_sessions", "Sessions by state: starting (not yet with the server) or connected.", []string{"state"}, nil)
	describeStatements = prometheus.NewDesc("datamime_statements_total", "Statements received: Query, Execute and FunctionCall messages.", nil, nil)
	describeBytes      = prometheus.NewDesc("datamime_bytes_total", "Bytes sent after startup, by whom they went to.", []string{"to"}, nil)
	describeCancels    = prometheus.NewDesc("datamime_cancel_requests_total", "Cancel requests received.", nil, nil)
	describeCalls      = prometheus.NewDesc("datamime_calls_total", "Runs of statements that call a function, by function and outcome (ok, error or canceled).", []string{"function", "outcome"}, nil)
	describeRows       = prometheus.NewDesc("datamime_call_rows_total", "Rows that those statements made.", []string{"function"}, nil)
	describeSeconds    = prometheus.NewDesc("datamime_call_seconds_total", "Seconds that those statements took, the server's part included.", []string{"function"}, nil)
	describeErrors     = prometheus.NewDesc("datamime_errors_total", "Errors that clients were told, by SQLSTATE.", []string{"sqlstate"}, nil)
)

// serverCollector reads a Server's counters for Prometheus.
type serverCollector struct{ srv *Server }

func (serverCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{describeAccepted, describeSessions, describeStatements, describeBytes, describeCancels,
		describeCalls, describeRows, describeSeconds, describeErrors} {
		ch <- d
	}
}

func (c serverCollector) Collect(ch chan<- prometheus.Metric) {
	sum := func(d *prometheus.Desc, x float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, x, labels...)
	}
	counter := func(d *prometheus.Desc, n uint64, labels ...string) { sum(d, float64(n), labels...) }
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	m := &c.srv.metrics
	counter(describeAccepted, m.accepted.Load())
	counter(describeCancels, m.cancels.Load())
	counter(describeStatements, m.statements.Load())
	counter(describeBytes, m.toClients.Load(), "client")
	counter(describeBytes, m.toServer.Load(), "server")

	c.srv.mu.Lock()
	all, connected := len(c.srv.sessions), c.srv.connected
	c.srv.mu.Unlock()
	gauge(describeSessions, all-connected, "starting")
	gauge(describeSessions, connected, "connected")

	m.mu.Lock()
	defer m.mu.Unlock()
	for state, n := range m.errors {
		counter(describeErrors, n, state)
	}
	for function, c := range m.calls {
		for outcome, n := range c.outcomes {
			counter(describeCalls, n, function, string(outcome))
		}
		counter(describeRows, c.rows, function)
		sum(describeSeconds, c.seconds, function)
	}
}
