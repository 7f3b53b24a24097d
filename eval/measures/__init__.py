"""What is measured of one answered case, each measure by itself and pure."""
