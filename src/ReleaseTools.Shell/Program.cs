Console.WriteLine("ReleaseTools.Shell"); // replaced by the host
