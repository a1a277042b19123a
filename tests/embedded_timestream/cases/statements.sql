-- https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.SHOW.html

SHOW DATABASES;
--> bridges
SHOW DATABASES LIKE 'b%';
--> bridges
SHOW DATABASES LIKE 'x%';
SHOW TABLES;
--> sensors
--> status
SHOW TABLES FROM bridges;
--> sensors
--> status
SHOW TABLES FROM "bridges" LIKE 'sta%';
--> status
SHOW TABLES FROM nope;
--> ! Requested database 'nope' not found for identifier 'nope' at line 1:1
SHOW MEASURES FROM bridges.status;
--> Hisingsbron | varchar | [(city, varchar), (source, varchar)]
--> Marieholmsbron | varchar | [(city, varchar), (source, varchar)]
SHOW MEASURES FROM "bridges"."sensors";
--> air | multi | [(bridge, varchar), (mast, varchar)]
--> wind | double | [(bridge, varchar)]
SHOW MEASURES FROM bridges.status LIKE 'His%';
--> Hisingsbron | varchar | [(city, varchar), (source, varchar)]
SHOW MEASURES FROM bridges.nope;
--> ! The table 'nope' does not exist in database 'bridges' at line 1:1
SHOW MEASURES;
--> ! The query syntax is invalid at line 1:14: mismatched input '<EOF>'
SHOW COLUMNS FROM bridges.status;
--> ! The query syntax is invalid at line 1:6: mismatched input 'COLUMNS'
DESCRIBE bridges.status;
--> city | varchar | DIMENSION
--> source | varchar | DIMENSION
--> measure_name | varchar | MEASURE_NAME
--> time | timestamp | TIMESTAMP
--> measure_value::varchar | varchar | MEASURE_VALUE
DESCRIBE "bridges"."sensors";
--> bridge | varchar | DIMENSION
--> mast | varchar | DIMENSION
--> measure_name | varchar | MEASURE_NAME
--> time | timestamp | TIMESTAMP
--> measure_value::double | double | MEASURE_VALUE
--> temperature | double | MULTI
--> humidity | bigint | MULTI
--> raining | boolean | MULTI
--> note | varchar | MULTI
DESCRIBE bridges.nope;
--> ! The table 'nope' does not exist in database 'bridges' at line 1:1
DESCRIBE nope.status;
--> ! Requested database 'nope' not found for identifier 'nope.status' at line 1:1
