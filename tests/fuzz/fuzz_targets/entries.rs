//! Runs the target `entries`: by libFuzzer below `cargo fuzz`, else by our own driver.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    cache_fuzz::entries::TARGET.run(data);
});

#[cfg(not(fuzzing))]
fn main() {
    cache_fuzz::drive(&cache_fuzz::entries::TARGET, cache_fuzz::runs(1_000_000));
}
