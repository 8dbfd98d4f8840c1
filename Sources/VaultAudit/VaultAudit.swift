// The library's sources join here.
