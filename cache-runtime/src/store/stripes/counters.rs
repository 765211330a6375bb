//! The counters themselves: in this process's memory, or in a file that processes map.

#[cfg(feature = "sqlite")]
use std::fs::File;
#[cfg(feature = "sqlite")]
use std::io;
use std::sync::atomic::AtomicU64;

#[cfg(feature = "sqlite")]
use memmap2::{MmapOptions, MmapRaw};

/// How many counters there are. Keys share them by their hash, so a change of one key ends what is kept of its neighbours
/// too.
pub(super) const COUNT: usize = 4096;

/// The bytes of a file before its counters, which it is for others to fill.
#[cfg(feature = "sqlite")]
pub(crate) const HEADER_BYTES: usize = 64;

/// The length of a file with counters.
#[cfg(feature = "sqlite")]
pub(crate) const FILE_BYTES: usize = HEADER_BYTES + COUNT * size_of::<u64>();

/// The counters.
pub(crate) enum Counters {
    Memory(Box<[AtomicU64; COUNT]>),
    #[cfg(feature = "sqlite")]
    Mapped(MmapRaw),
}

impl Counters {
    pub(crate) fn in_memory() -> Self {
        let counters: Vec<AtomicU64> = (0..COUNT).map(|_| AtomicU64::new(0)).collect();
        Counters::Memory(counters.try_into().unwrap_or_else(|_| unreachable!("there are as many as collected")))
    }

    /// Those in a file of [`FILE_BYTES`], which must never become shorter.
    #[cfg(feature = "sqlite")]
    pub(crate) fn in_file(file: &File) -> io::Result<Self> {
        if file.metadata()?.len() != FILE_BYTES as u64 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file with the counters has another length"));
        }
        Ok(Counters::Mapped(MmapOptions::new().len(FILE_BYTES).map_raw(file)?))
    }

    pub(super) fn at(&self, place: usize) -> &AtomicU64 {
        match self {
            Counters::Memory(counters) => &counters[place],
            #[cfg(feature = "sqlite")]
            Counters::Mapped(map) => counter_in(map, place),
        }
    }
}

/// A counter in a mapped file.
#[cfg(feature = "sqlite")]
#[expect(unsafe_code, reason = "a mapped file is plain memory, which only pointers lead to")]
fn counter_in(map: &MmapRaw, place: usize) -> &AtomicU64 {
    assert!(place < COUNT, "there is no counter {place}");
    let at = map.as_mut_ptr().wrapping_add(HEADER_BYTES + place * size_of::<u64>());
    // SAFETY: The map is `FILE_BYTES` long, so this counter lies inside it, and it is mapped as long as `map` lives. A map
    // begins at a page and the header is a multiple of eight bytes, so the counter is aligned. Every access to it is
    // atomic, here and in other processes, and all bits are a valid number. Nobody shortens the file.
    unsafe { AtomicU64::from_ptr(at.cast()) }
}
