"""From a layer as its file has it to the base table: Layer, Part, Survey."""
