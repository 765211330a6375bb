//! What happens to a server while a test runs: it is killed, started again, or hangs.

/// Gives a server its comings and goings. It has a `process`, a `port`, and says by `answering` which process answers.
macro_rules! lifecycle {
    ($server:ty) => {
        /// What happens to it.
        impl $server {
            /// Kills it, as a crash would.
            pub fn stop(&self) {
                self.process.stop();
            }

            /// Starts it again on the same port, and returns when it answers. It is empty then, unless it writes to the
            /// disk.
            pub fn start_again(&self) {
                assert!(self.run(), "another server has taken port {}", self.port);
            }

            /// Kills it and starts it again.
            pub fn restart(&self) {
                self.stop();
                self.start_again();
            }

            /// Lets it hang: connections stay, and are not answered.
            pub fn freeze(&self) {
                self.process.freeze();
            }

            /// Lets it go on after [`freeze`](Self::freeze).
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
