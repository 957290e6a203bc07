//! One file to bytes. Comes in: a file as it looked. Goes out: its bytes, or why not. Never follows a link, never waits
//! on a pipe, never reads more than the limit, never hands over a file that changes while it is read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::scan::Look;

/// How taking a file ended.
#[derive(Debug)]
pub(super) enum Taken {
    /// The whole content.
    Bytes(Vec<u8>),
    /// It cannot be read, and no second attempt will help.
    Unreadable(String),
    /// It cannot be read now: permissions are often set after the file is made.
    Denied(String),
    /// It was written to since it was looked at, or is no file any more.
    Changed,
    /// It is gone.
    Gone,
}

/// Reads the file at `path` if it still looks as it did.
pub(super) fn take(path: &Path, look: &Look, bytes_max: usize) -> Taken {
    let Some(size) = usize::try_from(look.size).ok().filter(|size| *size <= bytes_max) else {
        return Taken::Unreadable(format!(
            "holds {} bytes, a file may have {bytes_max}: split it or raise `file_bytes_max`",
            look.size
        ));
    };
    let read = || -> io::Result<Option<Vec<u8>>> {
        let mut file = open(path)?;
        if !is_unchanged(&file, look)? {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(size);
        Read::by_ref(&mut file).take(look.size + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() == size && is_unchanged(&file, look)?).then_some(bytes))
    };
    match read() {
        Ok(Some(bytes)) => Taken::Bytes(bytes),
        Ok(None) => Taken::Changed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Taken::Gone,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Taken::Denied("cannot be opened: permission denied; let newsdelta read it".to_owned())
        }
        #[cfg(unix)]
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => Taken::Changed,
        Err(error) => Taken::Denied(format!("cannot be read: {error}")),
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    }
    options.open(path)
}

fn is_unchanged(file: &File, look: &Look) -> io::Result<bool> {
    let metadata = file.metadata()?;
    Ok(metadata.is_file() && Look::of(&metadata) == *look)
}
