"""What `make bench` measures, a module for each thing that reads or is counted; `local.bench` joins them."""
