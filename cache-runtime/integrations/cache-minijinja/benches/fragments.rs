//! What fragments cost.

fn main() {
    divan::main();
}
