import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/**
 * Calls datamime's functions through pgjdbc: plain and prepared statements, the
 * switch to server-prepared ones and to binary after some executions, fetch
 * size, row limits, timeouts, scrollable results, batches, and the modes of its
 * connections.
 */
public final class JdbcCalls {
    record Case(String kind, String name, String ours, String table, Object[] params) {}

    interface Way {
        Object play(Connection conn, String sql, Object[] params) throws SQLException;
    }

    public static void main(String[] args) throws Exception {
        List<Case> cases = read(args[0]);
        try (Connection conn = connect("")) {
            for (Map.Entry<String, Way> way : ways().entrySet()) {
                queries(conn, way.getKey(), way.getValue(), cases);
            }
            for (Case c : cases) {
                if (c.kind.equals("change")) {
                    compare("change, " + c.name, change(conn, c, c.table), change(conn, c, c.ours));
                } else if (c.kind.equals("failure")) {
                    failures(conn, c);
                }
            }
            compare("batch", batch(conn, MADE), batch(conn, OURS));
            byParameters(conn);
            timeout(conn);
            setMaxRows(conn);
        }
        for (String mode : List.of("preferQueryMode=simple", "preferQueryMode=extendedCacheEverything",
                "preferQueryMode=extendedForPrepared", "binaryTransfer=false", "defaultRowFetchSize=7", "autosave=always")) {
            try (Connection conn = connect(mode + "&prepareThreshold=2")) {
                queries(conn, mode, (c, sql, params) -> repeated(c, sql, params, 3), cases);
                for (Case c : cases) {
                    if (c.kind.equals("failure")) {
                        failures(conn, c);
                    }
                }
            }
        }
        System.out.println("end");
    }

    static Connection connect(String mode) throws SQLException {
        Properties p = new Properties();
        p.setProperty("user", System.getenv("PGUSER"));
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/"
                + System.getenv("PGDATABASE") + "?sslmode=disable&" + mode;
        return DriverManager.getConnection(url, p);
    }

    static void queries(Connection conn, String name, Way way, List<Case> cases) throws SQLException {
        for (Case c : cases) {
            if (c.kind.equals("query")) {
                compare(name + ", " + c.name, way.play(conn, c.table, c.params), way.play(conn, c.ours, c.params));
            }
        }
    }

    static Map<String, Way> ways() {
        Map<String, Way> ways = new LinkedHashMap<>();
        ways.put("statement", (conn, sql, params) -> {
            try (Statement st = conn.createStatement()) {
                return all(st.executeQuery(literal(sql, params)));
            }
        });
        ways.put("several", (conn, sql, params) -> {
            try (Statement st = conn.createStatement()) {
                List<Object> got = new ArrayList<>();
                st.execute("SELECT 1 AS before; " + literal(sql, params) + "; SELECT 2 AS after");
                do {
                    got.add(all(st.getResultSet()));
                } while (st.getMoreResults());
                return got;
            }
        });
        ways.put("prepared", (conn, sql, params) -> {
            try (PreparedStatement st = prepare(conn, sql, params)) {
                return all(st.executeQuery());
            }
        });
        ways.put("server-prepared", (conn, sql, params) -> repeated(conn, sql, params, 7));
        ways.put("fetch size", fetchSize(23, ResultSet.TYPE_FORWARD_ONLY));
        ways.put("described first", (conn, sql, params) -> {
            try (PreparedStatement st = prepare(conn, sql, params)) {
                List<Object> got = new ArrayList<>(columns(st.getMetaData()));
                for (int i = 1; i <= st.getParameterMetaData().getParameterCount(); i++) {
                    got.add(st.getParameterMetaData().getParameterTypeName(i));
                }
                got.add(all(st.executeQuery()));
                return got;
            }
        });
        ways.put("scrollable", (conn, sql, params) -> {
            try (PreparedStatement st = conn.prepareStatement(placeholders(sql), ResultSet.TYPE_SCROLL_INSENSITIVE,
                    ResultSet.CONCUR_READ_ONLY)) {
                set(st, params);
                ResultSet rs = st.executeQuery();
                List<Object> got = new ArrayList<>();
                for (int row : new int[] {5, 1, -1, 2}) {
                    got.add(rs.absolute(row) ? rs.getObject(1) : "none");
                }
                return got;
            }
        });
        ways.put("two results open", (conn, sql, params) -> {
            conn.setAutoCommit(false);
            try (PreparedStatement a = prepare(conn, sql, params); PreparedStatement b = prepare(conn, sql, params)) {
                a.setFetchSize(3);
                b.setFetchSize(2);
                ResultSet x = a.executeQuery();
                ResultSet y = b.executeQuery();
                List<Object> got = new ArrayList<>();
                while (x.next()) {
                    got.add(x.getString(1) + (y.next() ? y.getString(1) : "none"));
                }
                conn.commit();
                return got;
            } finally {
                conn.setAutoCommit(true);
            }
        });
        return ways;
    }

    /** Several times: from some time on the statement is the server's, and binary. */
    static Object repeated(Connection conn, String sql, Object[] params, int times) throws SQLException {
        try (PreparedStatement st = prepare(conn, sql, params)) {
            List<Object> got = List.of();
            for (int i = 0; i < times; i++) {
                List<Object> again = all(st.executeQuery());
                if (i > 0 && !got.equals(again)) {
                    return List.of("execution", i, again);
                }
                got = again;
            }
            return got;
        }
    }

    static Way fetchSize(int size, int type) {
        return (conn, sql, params) -> {
            conn.setAutoCommit(false);
            try (PreparedStatement st = prepare(conn, sql, params)) {
                st.setFetchSize(size);
                List<Object> got = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    got = all(st.executeQuery());
                }
                conn.commit();
                return got;
            } finally {
                conn.setAutoCommit(true);
            }
        };
    }

    static Object change(Connection conn, Case c, String sql) throws SQLException {
        String look = sql.contains("filled2") ? "filled2" : sql.startsWith("UPDATE") ? "readings" : "filled";
        conn.setAutoCommit(false);
        try (Statement st = conn.createStatement(); PreparedStatement play = prepare(conn, sql, c.params)) {
            st.execute("CREATE TEMPORARY TABLE filled (LIKE made)");
            List<Object> got = new ArrayList<>();
            if (play.execute()) {
                got.add(all(play.getResultSet()));
            } else {
                got.add(play.getUpdateCount());
            }
            got.add(all(st.executeQuery("SELECT * FROM " + look + " ORDER BY t, station")));
            return got;
        } finally {
            conn.rollback();
            conn.setAutoCommit(true);
        }
    }

    static final String MADE = "(SELECT * FROM made ORDER BY t, station LIMIT ?)";
    static final String OURS = "datamime_generate('readings', 't', ARRAY['station'], 'v', ?, time_zone => 'UTC')";

    static Object batch(Connection conn, String rows) throws SQLException {
        conn.setAutoCommit(false);
        try (Statement st = conn.createStatement()) {
            st.execute("CREATE TEMPORARY TABLE filled (LIKE made)");
            List<Object> got = new ArrayList<>();
            try (PreparedStatement insert = conn.prepareStatement("INSERT INTO filled SELECT * FROM " + rows + " AS g")) {
                for (int round = 0; round < 3; round++) {
                    for (int n : new int[] {3, 7, 0, 40}) {
                        insert.setInt(1, n);
                        insert.addBatch();
                    }
                    got.add(Arrays.toString(insert.executeBatch()));
                }
            }
            got.add(all(st.executeQuery("SELECT * FROM filled ORDER BY t, station")));
            return got;
        } finally {
            conn.rollback();
            conn.setAutoCommit(true);
        }
    }

    /** The source, the columns and the number of rows as parameters, with a fetch size. */
    static void byParameters(Connection conn) throws SQLException {
        conn.setAutoCommit(false);
        try (PreparedStatement table = prepare(conn, "SELECT * FROM " + MADE + " AS m", new Object[] {30});
                PreparedStatement st = conn.prepareStatement(
                        "SELECT * FROM datamime_generate(?, ?, ?, ?, ?, time_zone => ?) AS g")) {
            st.setString(1, "readings");
            st.setString(2, "t");
            st.setArray(3, conn.createArrayOf("text", new String[] {"station"}));
            st.setString(4, "v");
            st.setInt(5, 30);
            st.setString(6, "UTC");
            for (int size : new int[] {0, 7, 7, 7, 7, 7, 7}) {
                table.setFetchSize(size);
                st.setFetchSize(size);
                compare("by parameters, fetch size " + size, all(table.executeQuery()), all(st.executeQuery()));
            }
        } finally {
            conn.rollback();
            conn.setAutoCommit(true);
        }
    }

    static void failures(Connection conn, Case c) throws SQLException {
        for (boolean prepared : new boolean[] {false, true}) {
            String code = "none";
            try (Statement st = prepared ? conn.prepareStatement(c.ours) : conn.createStatement()) {
                if (prepared) {
                    all(((PreparedStatement) st).executeQuery());
                } else {
                    all(st.executeQuery(c.ours));
                }
            } catch (SQLException e) {
                code = e.getSQLState();
            }
            compare("failure, " + (prepared ? "prepared, " : "") + c.name, List.of(c.table, "alive"), List.of(code, alive(conn)));
        }
    }

    static String alive(Connection conn) throws SQLException {
        try (Statement st = conn.createStatement(); ResultSet rs = st.executeQuery("SELECT 'alive'")) {
            rs.next();
            return rs.getString(1);
        }
    }

    /** The driver sends a cancel request when the time is over. */
    static void timeout(Connection conn) throws SQLException {
        String code = "none";
        try (PreparedStatement st = conn.prepareStatement("SELECT count(*) FROM " + OURS + " AS g")) {
            st.setLong(1, 200_000_000L);
            st.setQueryTimeout(1);
            all(st.executeQuery());
        } catch (SQLException e) {
            code = e.getSQLState();
        }
        compare("query timeout", List.of("57014", "alive"), List.of(code, alive(conn)));
    }

    static void setMaxRows(Connection conn) throws SQLException {
        for (int most : new int[] {1, 10, 500}) {
            List<Object> both = new ArrayList<>();
            for (String rows : List.of(MADE, OURS)) {
                try (PreparedStatement st = conn.prepareStatement("SELECT * FROM " + rows + " AS g")) {
                    st.setInt(1, 300);
                    st.setMaxRows(most);
                    List<Object> got = new ArrayList<>();
                    for (int i = 0; i < 6; i++) {
                        got.add(all(st.executeQuery()));
                    }
                    both.add(got);
                }
            }
            compare("at most " + most + " rows", both.get(0), both.get(1));
        }
    }

    static String placeholders(String sql) {
        return sql.replaceAll("\\$\\d+", "?");
    }

    static String literal(String sql, Object[] params) {
        for (int i = 0; i < params.length; i++) {
            sql = sql.replace("$" + (i + 1), params[i] instanceof String name ? "'" + name + "'" : params[i].toString());
        }
        return sql;
    }

    static PreparedStatement prepare(Connection conn, String sql, Object[] params) throws SQLException {
        PreparedStatement st = conn.prepareStatement(placeholders(sql));
        set(st, params);
        return st;
    }

    static void set(PreparedStatement st, Object[] params) throws SQLException {
        for (int i = 0; i < params.length; i++) {
            st.setObject(i + 1, params[i]);
        }
    }

    static List<String> columns(ResultSetMetaData m) throws SQLException {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= m.getColumnCount(); i++) {
            columns.add(m.getColumnLabel(i) + " " + m.getColumnTypeName(i) + " " + m.getPrecision(i) + " " + m.getScale(i));
        }
        return columns;
    }

    /** The columns, and each value as an object and as text. */
    static List<Object> all(ResultSet rs) throws SQLException {
        List<Object> got = new ArrayList<>(columns(rs.getMetaData()));
        int n = rs.getMetaData().getColumnCount();
        while (rs.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 1; i <= n; i++) {
                Object o = rs.getObject(i);
                if (o instanceof byte[] b) { // as text the driver gives its address, once it is binary
                    row.append(Arrays.toString(b)).append('|');
                    continue;
                }
                String value = o instanceof java.sql.Array a ? Arrays.toString((Object[]) a.getArray()) : Objects.toString(o);
                row.append(value).append('|').append(rs.getString(i)).append('|');
            }
            got.add(row.toString());
        }
        return got;
    }

    static void compare(String name, Object want, Object got) {
        if (want.equals(got)) {
            System.out.println("ok\t" + name);
            return;
        }
        String w = want.toString();
        String g = got.toString();
        int at = Math.max(0, Arrays.mismatch(w.toCharArray(), g.toCharArray()));
        System.out.println("not ok\t" + name + "\t..." + cut(w, at) + "... of the table, ..." + cut(g, at) + "... of ours");
    }

    static String cut(String s, int at) {
        return s.substring(Math.min(s.length(), Math.max(0, at - 60)), Math.min(s.length(), at + 100)).replace('\n', ' ');
    }

    static List<Case> read(String file) throws Exception {
        List<Case> cases = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8)) {
            String[] f = line.split("\t", -1);
            Object[] params = Arrays.stream(f[4].split(",")).filter(p -> !p.isEmpty())
                    .map(p -> p.matches("\\d+") ? (Object) Integer.valueOf(p) : p).toArray();
            cases.add(new Case(f[0], f[1], f[2], f[3], params));
        }
        return cases;
    }
}
