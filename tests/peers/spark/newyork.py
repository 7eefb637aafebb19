"""What tp-replay, tp-window and tp-predict do with taxi trips, in PySpark.

    newyork.py TRIPS.csv DIR EVERY

Runs each stage twice on local[2], to warm the JVM up, and prints for the second
the CPU seconds of the JVM and of this process, the wall seconds and the rows
written, as lines of JSON.  The stages are those of the tools, without their
order within a window: trips to positions sorted by time; positions to cells of
500 m and 2 minutes (count, distinct vehicles, mean, deviation); cells to
features (lags, neighbours, calendar) and the class a forest says.
"""
import json
import math
import os
import shutil
import sys
import time

from pyspark.ml import Pipeline
from pyspark.ml.classification import RandomForestClassifier
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import SparkSession, Window, functions as F

TRIPS, DIR, EVERY = sys.argv[1], sys.argv[2], int(sys.argv[3])
HEIGHT = 500 / 6371008.8 * 180 / math.pi
LAGS = 6

spark = (SparkSession.builder.master("local[2]")
         .config("spark.sql.session.timeZone", "America/New_York")
         .config("spark.sql.shuffle.partitions", 2)
         .config("spark.ui.enabled", False)
         .config("spark.ui.showConsoleProgress", False)
         .config("spark.driver.memory", "2g")
         .getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
jvm = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()


def positions():
    t = spark.read.csv(TRIPS, header=True, inferSchema=False)
    num = {c: F.col(c).cast("double") for c in t.columns if "tude" in c}
    t = t.select(
        F.xxhash64(*t.columns).alias("trip"),
        F.unix_timestamp("tpep_pickup_datetime").alias("a"),
        F.unix_timestamp("tpep_dropoff_datetime").alias("b"),
        (F.col("trip_distance").cast("double") * 1609.344).alias("metres"),
        *[v.alias(k) for k, v in num.items()])
    inside = None
    for end in ("pickup", "dropoff"):
        ok = (F.col(end + "_latitude").between(40.4, 41.2) &
              F.col(end + "_longitude").between(-74.5, -73.4))
        inside = ok if inside is None else inside & ok
    t = t.filter(inside & (F.col("b") > F.col("a"))).withColumn(
        "s", F.col("b") - F.col("a")).filter(
        F.col("metres") <= F.col("s") * 130 / 3.6)
    k = 0.5 / 1.5 + 0.5 / 2
    root = F.greatest(F.lit(0.0),
                      F.col("s") ** 2 - 4 * k * F.col("metres"))
    t = t.withColumn("v", 2 * F.col("metres") / (F.col("s") + F.sqrt(root)))
    t = t.withColumn("up", F.col("v") / 1.5).withColumn(
        "down", F.col("v") / 2)
    t = t.withColumn("at", F.explode(F.expr(
        f"array_union(sequence(0L, s, {EVERY}L), array(s))")))
    left = F.col("s") - F.col("at")
    speed = (F.when(F.col("at") < F.col("up"), F.col("at") * 1.5)
             .when(left < F.col("down"), left * 2).otherwise(F.col("v")))
    done = (F.when(F.col("at") < F.col("up"), speed * F.col("at") / 2)
            .when(left < F.col("down"), F.col("metres") - speed * left / 2)
            .otherwise(F.col("v") * (F.col("at") - F.col("up") / 2)))
    share = F.when(F.col("metres") > 0, done / F.col("metres")).otherwise(0)

    def between(what):
        a, b = F.col("pickup_" + what), F.col("dropoff_" + what)
        return F.round(a + (b - a) * share, 6).alias(what)
    return t.select(
        F.concat(F.lit("taxi_"), F.pmod("trip", F.lit(13000))).alias(
            "vehicle_id"),
        ((F.col("a") + F.col("at")) * 1000).alias("timestamp"),
        between("latitude"), between("longitude"),
        F.round(speed * 3.6 / 1.609344, 2).alias("speed_mph"),
        F.hex("trip").alias("trip_id")).orderBy("timestamp")


def cells():
    p = spark.read.schema(
        "vehicle_id string, timestamp long, latitude double, "
        "longitude double, speed_mph double").json(DIR + "/positions")
    row = F.floor((F.col("latitude") + 90) / HEIGHT)
    columns = F.floor(360 * F.cos(F.radians(
        -90 + (row + 0.5) * HEIGHT)) / HEIGHT)
    return p.select(
        row.alias("row"),
        F.floor((F.col("longitude") + 180) / 360 * columns).alias("col"),
        (F.col("timestamp") - F.col("timestamp") % 120000).alias("start"),
        "vehicle_id", "speed_mph").groupBy("row", "col", "start").agg(
        F.count("*").alias("event_count"),
        F.countDistinct("vehicle_id").alias("vehicle_count"),
        F.avg("speed_mph").alias("avg_speed_mph"),
        F.stddev("speed_mph").alias("std_speed_mph"))


def features():
    c = spark.read.schema(
        "row long, col long, start long, event_count long, "
        "avg_speed_mph double").json(DIR + "/cells")
    by = Window.partitionBy("row", "col").orderBy("start")
    around = c.select("start", "avg_speed_mph", "row", "col",
                      F.explode(F.array(*[F.struct(F.lit(i).alias("i"),
                                                   F.lit(j).alias("j"))
                                          for i in (-1, 0, 1)
                                          for j in (-1, 0, 1)
                                          if i or j])).alias("d"))
    around = around.select("start", (F.col("row") + F.col("d.i")).alias("row"),
                           (F.col("col") + F.col("d.j")).alias("col"),
                           "avg_speed_mph").groupBy(
        "row", "col", "start").agg(F.avg("avg_speed_mph").alias("around_mean"),
                                   F.count("*").alias("around_count"))
    f = c.join(around, ["row", "col", "start"], "left")
    at = F.timestamp_seconds(F.col("start") / 1000)
    f = f.select("*", F.hour(at).alias("hour"),
                 F.dayofweek(at).alias("day_of_week"),
                 *[F.lag("avg_speed_mph", i).over(by).alias(f"lag_{i}")
                   for i in range(1, LAGS)],
                 F.avg("avg_speed_mph").over(by.rowsBetween(-4, 0)).alias(
                     "roll_5"),
                 F.avg("avg_speed_mph").over(by.rowsBetween(-14, 0)).alias(
                     "roll_15"),
                 F.lead("avg_speed_mph", 7).over(by).alias("y"))
    return f.fillna(-1, [x for x in f.columns if x != "y"])


def forest():
    f = features().dropna(subset=["y"]).withColumn(
        "label", F.when(F.col("y") >= 15, 0.0).when(F.col("y") >= 10, 1.0)
        .otherwise(2.0))
    inputs = ["avg_speed_mph", "event_count", "around_mean", "around_count",
              "hour", "day_of_week", "roll_5", "roll_15", "row", "col"] + [
        f"lag_{i}" for i in range(1, LAGS)]
    return Pipeline(stages=[
        VectorAssembler(inputCols=inputs, outputCol="features"),
        RandomForestClassifier(numTrees=60, maxDepth=12, seed=1)]).fit(
            f.sample(0.1, seed=1))      # its training is not measured


def classes(model):
    return model.transform(features()).select(
        "row", "col", "start", "prediction")


def cpu():
    with open(f"/proc/{jvm}/stat", encoding="ascii") as f:
        ticks = f.read().rsplit(")", 1)[1].split()[11:13]
    return (sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK") +
            time.process_time())


def stage(name, make):
    for attempt in (1, 2):
        shutil.rmtree(f"{DIR}/{name}", ignore_errors=True)
        wall, used = time.time(), cpu()
        make().write.json(f"{DIR}/{name}")
        wall, used = time.time() - wall, cpu() - used
    n = spark.read.text(f"{DIR}/{name}").count()
    print(json.dumps({"stage": name, "rows": n, "cpu_s": round(used, 2),
                      "wall_s": round(wall, 2)}), flush=True)


stage("positions", positions)
stage("cells", cells)
model = forest()
stage("classes", lambda: classes(model))
spark.stop()
