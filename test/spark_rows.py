# SPDX-License-Identifier: Apache-2.0
"""Answers questions about Iceberg tables by Spark, one JSON object a line; runs in the peers' Python.

A question names a metadata file: {"location": "file:///…/v3.metadata.json", "sql": "SELECT … FROM t",
"snapshot_id": 17 or null}; its answer is {"rows": [[…], …]} or {"error": "…"}. One JVM lives as long as
standard input is open; it listens on the loopback address only.
"""
import json
import pathlib
import sys

from pyspark.sql import Row, SparkSession

SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
}


def start(jars: pathlib.Path, scratch: str) -> SparkSession:
    [runtime] = jars.glob("iceberg-spark-runtime-*.jar")
    builder = SparkSession.builder.master("local[2]").appName("healix-test")
    settings = {**SETTINGS, "spark.jars": str(runtime), "spark.local.dir": scratch,
                "spark.sql.warehouse.dir": f"{scratch}/warehouse"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def plain(value):
    """Rows become what JSON can say; dates and decimals become text by json.dumps."""
    if isinstance(value, Row):
        return {name: plain(member) for name, member in value.asDict().items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def answer(spark: SparkSession, question: dict) -> dict:
    reader = spark.read.format("iceberg")
    if question["snapshot_id"] is not None:
        reader = reader.option("snapshot-id", str(question["snapshot_id"]))
    reader.load(question["location"]).createOrReplaceTempView("t")
    rows = spark.sql(question["sql"]).collect()
    return {"rows": [[plain(value) for value in row] for row in rows]}


def main(jars: str, scratch: str) -> None:
    spark = start(pathlib.Path(jars), scratch)
    for line in sys.stdin:
        try:
            said = answer(spark, json.loads(line))
        except Exception as error:  # whatever Spark throws is the answer
            said = {"error": str(error)}
        print(json.dumps(said, default=str), flush=True)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
