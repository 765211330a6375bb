//! Kills, restarts and freezes a server while a test runs.

/// Adds these methods to a server with a `process` and a `port`, whose method `answering` returns the process that
/// answers.
macro_rules! lifecycle {
    ($server:ty) => {
        /// Its lifecycle.
        impl $server {
            /// Kills it like a crash.
            pub fn stop(&self) {
                self.process.stop();
            }

            /// Starts it again on the same port, and returns when it answers. It is empty unless it writes to the disk.
            pub fn start_again(&self) {
                assert!(self.run(), "another server has taken port {}", self.port);
            }

            /// Kills it and starts it again.
            pub fn restart(&self) {
                self.stop();
                self.start_again();
            }

            /// Makes it hang: connections stay open and get no answer.
            pub fn freeze(&self) {
                self.process.freeze();
            }

            /// Continues it after [`freeze`](Self::freeze).
            pub fn thaw(&self) {
                self.process.thaw();
            }

            /// Starts the process and waits for its first answer. `false` if another server answers.
            fn run(&self) -> bool {
                let own = self.process.start();
                let mut answering = None;
                $crate::wait_until(&format!("a server on port {}", self.port), || {
                    answering = self.answering();
                    answering.is_some()
                });
                answering == Some(own)
            }
        }
    };
}

pub(crate) use lifecycle;
