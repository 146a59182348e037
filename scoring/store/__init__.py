"""What a county keeps of its years, in one SQL database: values in, values out. The only package that knows SQL."""
