import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.EmitStrategy;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * What tp-window does, by Kafka Streams: 5-minute windows by segment, closed
 * 5 s behind the newest event, of count, mean, minimum and maximum of speed;
 * every field of an event is checked.  Or, with N = 0, records copied as they
 * are, to measure latency.
 *
 * <p>java -cp 'jars/*:.' Peer BROKERS IN OUT GUARANTEE COMMIT_MS N STATE_DIR
 *
 * <p>After N events prints "WALL CPU WARM_WALL WARM_CPU RSS_MB": seconds from
 * the first event on and in the second half, when it is compiled.  The store
 * is in memory and results go out when windows close: the fastest of its ways.
 */
public final class Peer {
  private static final Duration SIZE = Duration.ofMinutes(5);
  private static final Duration GRACE = Duration.ofSeconds(5);

  public static final class Metadata {
    public String quality;
  }

  public static final class Event {
    public String event_id;
    public String segment_id;
    public long timestamp;
    public double speed_kmh;
    public int volume_vph;
    public double occupancy_percent;
    public double[] coordinates;
    public Metadata metadata;
  }

  private record Sums(long n, double min, double max, double sum) {
    static final Sums NONE =
        new Sums(0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0);

    Sums plus(Event e) {
      return new Sums(n + 1, Math.min(min, e.speed_kmh),
          Math.max(max, e.speed_kmh), sum + e.speed_kmh);
    }

    byte[] bytes() {
      return ByteBuffer.allocate(32).putLong(n).putDouble(min).putDouble(max)
          .putDouble(sum).array();
    }

    static Sums of(byte[] b) {
      ByteBuffer q = ByteBuffer.wrap(b);
      return new Sums(q.getLong(), q.getDouble(), q.getDouble(),
          q.getDouble());
    }
  }

  /** The event's own time. */
  public static final class EventTime implements TimestampExtractor {
    @Override
    public long extract(ConsumerRecord<Object, Object> r, long before) {
      return r.value() instanceof Event e ? e.timestamp : before;
    }
  }

  private static final ObjectReader READER = new ObjectMapper()
      .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
      .readerFor(Event.class);
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final AtomicLong seen = new AtomicLong();

  private static Event parse(byte[] b) {
    try {
      return b == null ? null : READER.readValue(b);
    } catch (IOException e) {
      return null;
    }
  }

  /** Seconds of wall clock and of CPU, of all threads of this process. */
  private record Clock(double wall, double cpu) {
    static Clock now() {
      return new Clock(System.nanoTime() / 1e9,
          SYSTEM.getProcessCpuTime() / 1e9);
    }
  }

  private static void copy(StreamsBuilder b, String in, String out) {
    b.stream(in, Consumed.with(Serdes.Bytes(), Serdes.ByteArray())
        .withTimestampExtractor((r, before) -> r.timestamp()))
        .to(out, Produced.with(Serdes.Bytes(), Serdes.ByteArray()));
  }

  private static String text(Windowed<String> k, Sums s) {
    return "{\"segment_id\":\"" + k.key() + "\",\"window_start\":"
        + k.window().start() + ",\"event_count\":" + s.n
        + ",\"avg_speed_kmh\":" + s.sum / s.n + ",\"min_speed_kmh\":" + s.min
        + ",\"max_speed_kmh\":" + s.max + "}";
  }

  private static void window(StreamsBuilder b, String in, String out) {
    Serde<Event> events = Serdes.serdeFrom((t, e) -> {
      throw new IllegalStateException();
    }, (t, x) -> parse(x));
    Serde<Sums> sums = Serdes.serdeFrom((t, s) -> s == null ? null : s.bytes(),
        (t, x) -> x == null ? null : Sums.of(x));
    Materialized<String, Sums, WindowStore<Bytes, byte[]>> store =
        Materialized.as(Stores.inMemoryWindowStore("windows", SIZE.plus(GRACE),
            SIZE, false));
    b.stream(in, Consumed.with(Serdes.String(), events))
        .peek((k, e) -> seen.incrementAndGet())
        .filter((k, e) -> e != null)
        .groupByKey(Grouped.with(Serdes.String(), events))
        .windowedBy(TimeWindows.ofSizeAndGrace(SIZE, GRACE))
        .emitStrategy(EmitStrategy.onWindowClose())
        .aggregate(() -> Sums.NONE, (k, e, s) -> s.plus(e),
            store.withKeySerde(Serdes.String()).withValueSerde(sums))
        .toStream().map((k, s) -> KeyValue.pair(k.key(), text(k, s)))
        .to(out, Produced.with(Serdes.String(), Serdes.String()));
  }

  private static Properties settings(String[] v) {
    Properties p = new Properties();
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, "peer-" + v[2]);
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, v[0]);
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, v[3]);
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, v[4]);
    p.put(StreamsConfig.STATE_DIR_CONFIG, v[6]);
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10000);
    p.put(StreamsConfig.consumerPrefix(
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    p.put(StreamsConfig.consumerPrefix(
        ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
    p.put(StreamsConfig.producerPrefix("linger.ms"), 5);
    p.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
        EventTime.class);
    return p;
  }

  private static long residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    return 0;
  }

  private static Clock waitFor(long n) throws InterruptedException {
    while (seen.get() < n) {
      Thread.sleep(5);
    }
    return Clock.now();
  }

  public static void main(String[] v) throws Exception {
    long n = Long.parseLong(v[5]);
    StreamsBuilder b = new StreamsBuilder();
    if (n == 0) {
      copy(b, v[1], v[2]);
    } else {
      window(b, v[1], v[2]);
    }
    KafkaStreams streams = new KafkaStreams(b.build(), settings(v));
    Runtime.getRuntime().addShutdownHook(
        new Thread(() -> streams.close(Duration.ofSeconds(10))));
    streams.start();
    if (n == 0) {
      Thread.currentThread().join();
    }
    Clock first = waitFor(1);
    Clock half = waitFor(n / 2);
    long from = seen.get();
    Clock end = waitFor(n);
    double share = (double) n / (n - from);
    System.out.printf("%.2f %.2f %.2f %.2f %d%n", end.wall - first.wall,
        end.cpu - first.cpu, (end.wall - half.wall) * share,
        (end.cpu - half.cpu) * share, residentMegabytes());
    Thread.sleep(4000);     // the results of the last events are committed
    streams.close(Duration.ofSeconds(20));
    System.exit(0);
  }
}
