"""One module a format: from a file to layers as the file has them, and nothing understood yet.

How to add a format
-------------------
1. A module here with a function ``read_<format>(file: SurveyFile) -> Iterator[Layer]``.

   A `Layer` (`herbgis.reading.understanding.survey`) is a frame under the file's own headings, with
   its own coordinates, x before y, and no system set; beside it what the file says of itself: its
   system, its encoding, how many records it promises. Headings, words, units and systems are
   understood later, by the same code for all formats. ``file.shown`` is the file's name in all that
   people read. What a decision rests on is a line of ``Layer.assumptions``; what is wrong with some
   records is an `Issue` in ``Layer.issues``; a file that cannot be read at all may raise anything,
   and `herbgis.reading.reading` makes it HG001.
2. Its suffix in ``READ`` of `herbgis.reading.sources`, taken out of facts/file_kinds.toml if it
   stands there; what tells its content from others in `content`, with an entry in the facts.
3. A line in ``READERS`` of `herbgis.reading.readers`.
4. Tests: a writer of the format and its line in ``_FORMATS`` of tests/helpers/survey_files.py, from
   which the matrix of formats writes every encoding and system; what only this format does in
   tests/reading/formats/test_<format>.py; a damage of its own in tests/helpers/damages.py.
5. What people read: a row in the table of README.md (docs/steps/read.md is made from it) and a word
   in its English line; a word in CHANGELOG.md; docs/reading.md anew where the matrix grew, by
   ``python -m benchmarks.reading_losses --out docs/reading.md``.

A test holds 2 against 3.

What formats share
------------------
========================  ====================================================================
`survey_file`             what a reader is given
`encodings`               text in the encoding that its bytes are in
`xml_text`, `xml_walk`    XML healed for a parser: KML, GPX, GML …; the walk through its records,
                          with what damage leaves unread
`json_text`               JSON in which a slip costs the value that it stands in for
`findings`                what is to be said of a whole file: its encoding, damage, what is not read
`placemarks`              folders of points, tracks and outlines in degrees, as telephones keep them
`descriptions`            columns told in a record's description, as a table or in lines
`rings`                   boundary points as land; when the ends of a line meet
`plot_areas`              whether an area as written is that of the points
`coordinates`             coordinates as people write them into cells
`grids`, `sheets`         tables in cells: how many a sheet holds (`table_blocks`), their headings
                          (`table_headers`), their records (`table_records`) and the sums below
                          them (`sum_rows`), cells as they are
                          shown (`shown_cells`), coordinates among them (`coordinate_table`,
                          its plots `plot_rows`, their titles `plot_titles`, `table_systems`)
`workbook_sheets`         workbooks as grids: values, and what an .xlsx says beside them
                          (`xlsx_marks`, `number_formats`) or an .xls (`xls_marks`); `csv_rows` for
                          tables of text, `cut_numbers` where a comma of thousands cut one
`archives`                zip, tar and gz archives
`content`                 what a file is by its content, whatever its suffix says
========================  ====================================================================
"""
